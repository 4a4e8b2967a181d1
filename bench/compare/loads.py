"""The loads, run by the program of load.cpp, and what a tunnel spends on them."""

import subprocess
import time

import peers

SETTLE = 0.3  # seconds after a load until what it left to do is done, in both programs


class Load:
    def __init__(self, program):
        self.program = program
        self.sink = peers.Process([program, "sink"])
        self.sink_port = int(self.sink.lines_until("")[0])

    def relays(self):
        """Two plain relays in a row before the sink: (processes, where)."""
        second = peers.Process([self.program, "relay", str(self.sink_port)])
        first = peers.Process([self.program, "relay", second.lines_until("")[0]])
        return [first, second], first.lines_until("")[0]

    def seconds(self, *words):
        done = subprocess.run([self.program, *map(str, words)], stdout=subprocess.PIPE, check=True, timeout=120)
        return float(done.stdout)

    def bulk(self, where, direction, size):
        """Bytes a second of one stream."""
        return size / self.seconds("bulk", where, direction, size)

    def streams(self, jobs, size):
        """Bytes a second of each of several streams at once, 0 for one that breaks; a job is (where, direction)."""
        running = [subprocess.Popen([self.program, "bulk", where, direction, str(size)],
                                    stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
                   for where, direction in jobs]
        try:
            said = [child.communicate(timeout=120)[0] for child in running]
        finally:
            for child in running:
                child.kill()
        return [size / float(seconds) if child.returncode == 0 else 0 for child, seconds in zip(running, said)]

    def connections(self, where, count, parallel):
        self.seconds("connections", where, count, parallel)

    def idle(self, where, count):
        """Opens connections and leaves them idle until the process that is answered is stopped."""
        process = peers.Process([self.program, "idle", where, str(count)])
        process.lines_until("ready")
        return process

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sink.stop()


def spent(tunnel, work):
    """What `work` answers, and the CPU seconds of each side until all that it caused is done."""
    before = tunnel.cpu()
    answer = work()
    time.sleep(SETTLE)
    after = tunnel.cpu()
    return answer, {side: after[side] - before[side] for side in after}
