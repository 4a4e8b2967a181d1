"""A bridge whose program is replaced in place while it serves."""

import contextlib
import json
import os
import signal

from harness import Bridge, free_port, until


def fixed_listen():
    return (f"obfs4=127.0.0.1:{free_port()}",)


class Restarted(Bridge):
    """A bridge whose successors it outlives: our children as the first, whose lines come by the same pipe."""

    def __init__(self, *words, **options):
        self.successors = []
        super().__init__(*words, tunnel=True, listen=fixed_listen(), **options)

    @property
    def now(self):
        """The process that serves."""
        return self.successors[-1] if self.successors else self.pid

    def signal(self, number):
        os.kill(self.now, number)

    def restart(self):
        count = len(self.successors)
        self.signal(signal.SIGUSR2)
        event = self.next("handed_over", count)
        self.successors.append(int(event["to"].split()[-1]))
        return event

    def next(self, name, skip):
        """As `event`, but it need not be the first program that says it."""

        def look():
            events = [json.loads(line) for line in list(self.lines) if line.startswith("{")]
            return next(iter([event for event in events if event["event"] == name][skip:]), None)

        found = until(look)
        if not found:
            raise AssertionError(f"no event {name!r}, but:\n" + "\n".join(self.lines[-30:]))
        return found

    def __exit__(self, *failure):
        for process in self.successors:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(process, 0)
        super().__exit__(*failure)
