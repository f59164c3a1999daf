"""How many workers pay, on paper, and the formula checked against rounds with artificial delays.

Print the table of networks, draw the figure, or check the formula::

    python tests/benchmarks/cluster_model.py
    python tests/benchmarks/cluster_model.py --output cluster_speed_up.png
    python tests/benchmarks/cluster_model.py --check 2 3 4 8

The check trains on as many workers in this process. A step sleeps instead of computing, a worker
sleeps before it sends, as long as its line would take, one transfer after another, and so do the
client and the scheduler. The rounds, their tasks and their transfers are real. Each line compares
the seconds of a round with the formula, whose overhead is that of the same rounds without delays.
Plotting needs matplotlib.
"""

import argparse
import asyncio
import pickle
import time
from math import ceil, log2
from typing import NamedTuple

import numpy as np
from cluster_speed import placed, rounds_of, train
from distributed import Client, Future, LocalCluster

BANDWIDTH = 1.25e9  # bytes per second: 10 Gbit/s
OVERHEAD = 4e-3  # seconds per task, of client and scheduler
SPEED = 60e9  # multiplications and additions per second, of a worker with one core
BATCH = 256
NETWORKS = {
    "20 columns, 16 bins, 128 → 128 → 128": 80_000,
    "784 → 512 → 256 → 10": 535_000,
    "784 → 2048 → 2048 → 10": 5_800_000,
}
STEPS = {8: ("#0072B2", "--"), 32: ("#D55E00", "-."), 128: ("#009E73", "-")}


class Training(NamedTuple):
    """What the time of a round depends on.

    k steps of c seconds on each worker, S bytes of state.
    """

    k: int
    c: float
    S: int
    bandwidth: float = BANDWIDTH
    overhead: float = OVERHEAD


def bytes_of_state(P, v=2, R=0):
    """Return S, for P weights, v moments of the optimizer and R statistics of batch norm.

    theta, its average, their statistics, and the moments, in float32.
    """
    return 4 * ((2 + v) * P + 2 * R)


def seconds_of_step(P, batch=BATCH):
    """Return c: three products of the batch with the weights, of P numbers each."""
    return 3 * 2 * batch * P / SPEED


def seconds_of_round(W, training):
    """Return T(W) = k c + (2 ⌈log₂ W⌉ + 4) S / bandwidth + 3 W · overhead.

    The state goes from the client over the scheduler to a worker, and from worker to worker until
    all have it, their number doubling each time. The results are averaged pairwise, and the
    average goes to the client over the scheduler. The tasks are W copies, W times the steps and
    W - 1 averages.
    """
    k, c, S, bandwidth, overhead = training
    return k * c + (2 * ceil(log2(W)) + 4) * S / bandwidth + 3 * W * overhead


def speed_up(W, training, h=0.0):
    """Return how many times as fast W workers are as one place is.

    What one place computes in W k c seconds takes T(W). In both cases, one place then scores the
    share h of the rows that is held out, in a third of the time of a step.
    """
    alone = W * training.k * training.c
    scoring = h / (1 - h) / 3 * alone
    return (alone + scoring) / (seconds_of_round(W, training) + scoring)


def most_workers(training, most=4096):
    """Return the largest number of workers that compute for at least half of a round."""
    found = [W for W in range(2, most) if speed_up(W, training) >= W / 2]
    return max(found, default=1)


def print_networks():
    """Print what a round of 8 workers costs, and how many workers pay."""
    steps = "".join(f"{f'k={k}':>9}" for k in STEPS)
    print(f"{'network':<40}{'P':>10}{'S, MB':>8}{'c, ms':>8}{'sent, s':>9}{steps}")
    for name, P in NETWORKS.items():
        c, S = seconds_of_step(P), bytes_of_state(P)
        sent = seconds_of_round(8, Training(0, c, S))
        most = "".join(f"{most_workers(Training(k, c, S)):>9}" for k in STEPS)
        print(f"{name:<40}{P:>10,}{S / 1e6:>8.1f}{1e3 * c:>8.1f}{sent:>9.3f}{most}")
    for h in (0.1, 0.01):
        training = Training(128, seconds_of_step(535_000), bytes_of_state(535_000))
        best = max(range(1, 4096), key=lambda W: speed_up(W, training, h))
        found = speed_up(best, training, h)
        print(f"{h:.0%} held out, 535,000 weights, k=128: at most {found:.0f}, on {best} workers")


def plot(path):
    """Draw the speed-up against the number of workers, for each network."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 3.6), layout="constrained")
    workers = np.arange(1, 129)
    for axes, (name, P) in zip(figure.subplots(1, 3, sharey=True), NETWORKS.items(), strict=True):
        axes.plot(workers, workers, ":", color="#000000", label="no communication")
        for k, (color, dashes) in STEPS.items():
            training = Training(k, seconds_of_step(P), bytes_of_state(P))
            values = [speed_up(int(W), training) for W in workers]
            axes.plot(workers, values, dashes, color=color, label=f"{k} steps a round")
            most = most_workers(training)
            if most <= workers[-1]:
                axes.plot(most, values[most - 1], "o", color=color)
        axes.set_xscale("log", base=2)
        axes.set_yscale("log", base=2)
        ticks = [1, 2, 4, 8, 16, 32, 64, 128]
        axes.set_title(name, fontsize="medium")
        axes.set(xlabel="workers", xticks=ticks, yticks=ticks, ylim=(0.45, 140))
        axes.set_xticklabels(ticks)
        axes.set_yticklabels(ticks)
        axes.spines[["top", "right"]].set_visible(False)
    figure.axes[0].set_ylabel("speed-up")
    figure.axes[0].legend(frameon=False, fontsize="small")
    FigureCanvasAgg(figure).print_png(path, metadata={"Software": None})


class Sleep:
    """An augmenter that changes nothing, and takes some seconds."""

    def __init__(self, seconds):
        self.seconds = seconds

    def __call__(self, X, y, rng):
        time.sleep(self.seconds)
        return X, y


class SlowClient(Client):
    """A client and a scheduler that take time to send values."""

    bandwidth = np.inf

    def submit(self, function, *args, **options):
        """Send the arguments to the scheduler, and from there to a worker."""
        values = [each for each in args if not isinstance(each, Future)]
        time.sleep(2 * len(pickle.dumps(values)) / self.bandwidth)
        return super().submit(function, *args, **options)

    def gather(self, futures, *args, **options):
        """Receive values from the scheduler, which gets them from the workers."""
        values = super().gather(futures, *args, **options)
        time.sleep(len(pickle.dumps(values)) / self.bandwidth)
        return values


def slow_down(bandwidth, dask_worker=None):
    """Make a worker send one value after another, with a bandwidth."""
    send, line = dask_worker.handlers["get_data"], asyncio.Lock()

    async def get_data(comm, keys, **options):
        values = [dask_worker.data[key] for key in keys if key in dask_worker.data]
        async with line:
            await asyncio.sleep(len(pickle.dumps(values)) / bandwidth)
        return await send(comm, keys=keys, **options)

    dask_worker.handlers["get_data"] = get_data


def simulated(W, k, c, bandwidth, n_columns=64, n_hidden=100):
    """Return the median seconds of real rounds with artificial delays, and S."""
    n_rounds, batch = 6, 4
    cluster = LocalCluster(
        n_workers=W, threads_per_worker=1, processes=False, dashboard_address=":0", memory_limit=0
    )
    with cluster, SlowClient(cluster) as client:
        client.wait_for_workers(W)
        X, y = placed(client, n_rounds * W * k * batch, n_columns, 2, W)
        client.run(slow_down, bandwidth)
        client.bandwidth = bandwidth
        model, stream = train(
            client, X, y, hidden_layer_sizes=(n_hidden,), n_members=1, batch_size=batch,
            steps_per_round=k, max_epochs=1, augment=Sleep(c), weight_averaging=0.99,
            random_state=0,
        )  # fmt: skip
    P = sum(each.size for each in [*model.coefs_, *model.intercepts_])
    return np.median([each.seconds for each in rounds_of(stream, W)]), bytes_of_state(P)


def check(numbers, k=16, c=0.1, bandwidth=4e5):
    """Compare the formula with rounds."""
    print(f"{k} steps of {c} s, {bandwidth:.0f} bytes per second")
    print(
        f"{'workers':>7}{'bytes':>8}{'overhead':>10}{'formula':>10}{'measured':>10}{'difference':>12}"
    )
    for W in numbers:
        overhead, S = simulated(W, k, 0.0, np.inf)
        measured, _ = simulated(W, k, c, bandwidth)
        expected = seconds_of_round(W, Training(k, c, S, bandwidth, overhead / (3 * W)))
        difference = measured / expected - 1
        print(
            f"{W:>7}{S:>8}{overhead:>10.2f}{expected:>10.2f}{measured:>10.2f}{difference:>+12.1%}"
        )


def main():
    """Print, plot or check."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", help="path of the figure")
    parser.add_argument("--check", type=int, nargs="+", help="numbers of workers")
    given = parser.parse_args()
    if given.check:
        check(given.check)
    elif given.output:
        plot(given.output)
    else:
        print_networks()


if __name__ == "__main__":
    main()
