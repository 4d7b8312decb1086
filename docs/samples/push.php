<?php
// Sends a customer's post to forum-bridge and takes agents' answers. PHP 8, nothing else to install.
//
//   SECRET=whsec_… BRIDGE=https://bridge.example/push/app php push.php send 4711 "Where is my order?"
//   SECRET=whsec_… php -S 127.0.0.1:8000 push.php     (or behind your web server; answers_to leads here)

$key = base64_decode(preg_replace('/^whsec_/', '', getenv('SECRET')));
$answers = getenv('ANSWERS') ?: 'answers';  // a file for each answer; your pages show them

function signature(string $key, string $id, string $timestamp, string $content): string {
    return 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$content", $key, true));
}

if (PHP_SAPI === 'cli') {
    [, , $post, $text] = $argv;
    $thread = ['id' => 7, 'url' => 'https://app.example/chat/7', 'title' => 'Order 1042'];
    $author = ['id' => 12, 'name' => 'Ayşe Öz'];
    $body = json_encode(['posts' => [['id' => $post, 'thread' => $thread, 'author' => $author, 'text' => $text]]]);
    [$id, $now] = ["post-$post-" . bin2hex(random_bytes(8)), (string) time()];
    $headers = ["webhook-id: $id", "webhook-timestamp: $now", 'Content-Type: application/json',
        'webhook-signature: ' . signature($key, $id, $now, $body)];
    $options = ['method' => 'POST', 'header' => $headers, 'content' => $body, 'timeout' => 30];
    $told = file_get_contents(getenv('BRIDGE'), false, stream_context_create(['http' => $options]));
    echo $told === false ? exit(1) : "$told\n";  // not 200? Try again later, with the same webhook-id
} else {
    $body = file_get_contents('php://input');
    $id = $_SERVER['HTTP_WEBHOOK_ID'] ?? '';
    $then = $_SERVER['HTTP_WEBHOOK_TIMESTAMP'] ?? '0';
    $fits = false;
    foreach (explode(' ', $_SERVER['HTTP_WEBHOOK_SIGNATURE'] ?? '') as $each) {
        $fits = $fits || hash_equals(signature($key, $id, $then, $body), $each);
    }
    if ($fits = $fits && abs(time() - (int) $then) < 300) {
        is_dir($answers) || mkdir($answers);  // the same answer twice is the same file: it is shown once
        $place = "$answers/" . hash('sha256', $id) . '.json';
        file_put_contents("$place.new", $body);
        rename("$place.new", $place);
    }
    http_response_code($fits ? 200 : 401);
    header('Content-Type: application/json');
    echo json_encode($fits ? ['id' => $id] : ['error' => 'wrong signature']);
}
