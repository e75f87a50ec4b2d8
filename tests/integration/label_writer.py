"""A process that labels until it is killed: run as `python label_writer.py RUN CLIENT`.

It prints the client's number of each label once that is reported as saved, and nothing before.
"""

import sys
from pathlib import Path

from laser_core.pool import Label
from laser_core.store.store import Store

STATES = (Label("relevant", "cat"), Label("irrelevant", "lamp"), Label("unsure"))


def label_of(number: int) -> Label:
    return STATES[number % len(STATES)]


def main(folder: str, client: str) -> None:
    store = Store.open(Path(folder))
    last = store.events.last_client_seq(client)
    first = 0 if last is None else last + 1
    print("ready", first, flush=True)
    for number in range(first, first + 100_000, 3):  # a page of three in each message
        page = {f"{client}-{n}": label_of(n) for n in range(number, number + 3)}
        store.labels.append(page, 1, client, client=client, first_seq=number)
        print(number + 2, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
