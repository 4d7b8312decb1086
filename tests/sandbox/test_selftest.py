import json
import subprocess
import sys


def test_the_selftest_ends_with_one_json_line_and_status_0() -> None:
    command = [sys.executable, "-m", "forum_bridge", "sandbox", "--selftest"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.strip().splitlines()[-1])
    assert result.keys() == {"ok", "post_to_case_ms", "answer_to_post_ms"}
    assert result["ok"] is True
