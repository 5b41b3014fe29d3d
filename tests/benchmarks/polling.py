"""Asks for pages one after the other until told to stop. Run as a program, so that nobody's work slows its clock.

Arguments: the port, the cookie of a session, the paths. Ends when its input does, then tells `{"seconds": […],
"failed": n}` as JSON.
"""

import http.client
import json
import sys
import threading
import time

PAUSE = 0.1  # seconds between two pages
PATIENCE = 30  # seconds after which a page counts as failed


def main(port: str, cookie: str, *paths: str) -> None:
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    seconds, failed = [], 0
    while not ended.is_set():
        for path in paths:
            started = time.perf_counter()
            failed += not _answers(int(port), cookie, path)
            seconds.append(time.perf_counter() - started)
            ended.wait(PAUSE)
    sys.stdout.write(json.dumps({"seconds": seconds, "failed": failed}))


def _answers(port: int, cookie: str, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path, headers={"Cookie": f"sessionid={cookie}", "Host": "localhost"})
        answer = connection.getresponse()
        answer.read()
        return answer.status == 200
    except OSError:
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
