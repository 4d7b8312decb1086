"""Sends a customer's post to forum-bridge and takes agents' answers. Python 3.9 or newer, nothing else to install.

SECRET=whsec_… BRIDGE=https://bridge.example/push/app python3 push.py send 4711 "Where is my order?"
SECRET=whsec_… python3 push.py serve 8000        # then answers_to: https://your.server/answers leads here
"""

import base64, hashlib, hmac, http.server, json, os, pathlib, sys, time, urllib.request, uuid

KEY = base64.b64decode(os.environ["SECRET"].removeprefix("whsec_"))
ANSWERS = pathlib.Path(os.environ.get("ANSWERS", "answers"))  # a file for each answer; your pages show them


def signature(message_id: str, timestamp: str, content: bytes) -> str:
    signed = b".".join((message_id.encode(), timestamp.encode(), content))
    return "v1," + base64.b64encode(hmac.digest(KEY, signed, hashlib.sha256)).decode()


def send(post_id: str, text: str) -> None:
    thread = {"id": 7, "url": "https://app.example/chat/7", "title": "Order 1042"}
    post = {"id": post_id, "thread": thread, "author": {"id": 12, "name": "Ayşe Öz"}, "text": text}
    body, message_id, now = (
        json.dumps({"posts": [post]}).encode(),
        f"post-{post_id}-{uuid.uuid4()}",
        str(int(time.time())),
    )
    headers = {
        "webhook-id": message_id,
        "webhook-timestamp": now,
        "webhook-signature": signature(message_id, now, body),
    }
    request = urllib.request.Request(os.environ["BRIDGE"], body, {**headers, "Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:  # not 200? Try again later, with the same webhook-id
        print(answer.read().decode())


class Take(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        message_id, then = self.headers.get("webhook-id", ""), self.headers.get("webhook-timestamp", "0")
        told = self.headers.get("webhook-signature", "").split()
        fits = any(hmac.compare_digest(signature(message_id, then, body), each) for each in told)
        if fits and abs(time.time() - int(then)) < 300:
            ANSWERS.mkdir(exist_ok=True)  # the same answer twice is the same file: it is shown once
            place = ANSWERS / (hashlib.sha256(message_id.encode()).hexdigest() + ".json")
            place.with_suffix(".new").write_bytes(body)
            place.with_suffix(".new").replace(place)
        reply = json.dumps({"id": message_id} if fits else {"error": "wrong signature"}).encode()
        self.send_response(200 if fits else 401)
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)


if __name__ == "__main__":
    send(*sys.argv[2:]) if sys.argv[1] == "send" else http.server.ThreadingHTTPServer(
        ("127.0.0.1", int(sys.argv[2])), Take
    ).serve_forever()
