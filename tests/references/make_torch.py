"""Write ``torch.npz``, the reference values that the tests compare with.

``python -m tests.references.make_torch`` from the top of the repository, with PyTorch installed;
the version that was used is in the file. The tests themselves need no PyTorch.
"""

from pathlib import Path

import numpy as np
import torch

from tests.cases import (
    EPOCH_LOSSES,
    LAYERS,
    LOSSES,
    N_EPOCHS,
    N_STEPS,
    OPTIMIZERS,
    SCHEDULES,
    draw_targets,
)

torch.set_default_dtype(torch.float64)  # NAdam keeps its product of momenta in this one
rng = np.random.default_rng(0)
values = {"version": torch.__version__}


def tensor(array, requires_grad=False):
    return torch.tensor(array, dtype=torch.float64, requires_grad=requires_grad)


def put(**arrays):
    values.update(arrays)


def optimizer_trajectories():
    """Minimize sum(log(cosh(A theta - b))) by batches of four rows; keep each tenth theta."""
    A = rng.normal(size=(20, 6)) * np.logspace(-1, 0.3, 6)
    b, start = 2 * rng.normal(size=20), rng.normal(size=6)
    put(A=A, b=b, start=start)
    for name, case in OPTIMIZERS.items():
        if case.reference is None:
            continue
        theta = tensor(start, True)
        optimizer = case.reference(torch.optim, [theta], *case.options)
        trajectory = []
        for step in range(200):
            rows = slice(4 * step % 20, 4 * step % 20 + 4)
            optimizer.zero_grad()
            (tensor(A[rows]) @ theta - tensor(b[rows])).cosh().log().sum().backward()
            optimizer.step()
            trajectory.append(theta.detach().numpy().copy())
        put(**{f"optimizer {name}": np.array(trajectory)[9::10]})


def schedule_factors():
    for name, case in SCHEDULES.items():
        if case.reference is None:
            continue
        optimizer = torch.optim.SGD([torch.zeros(1)], lr=1.0)
        schedule = case.reference(torch.optim.lr_scheduler, optimizer)
        factors = []
        losses = EPOCH_LOSSES if case.options == ("epoch",) else range(N_EPOCHS * N_STEPS)
        for loss in losses:
            factors.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            takes_loss = isinstance(schedule, torch.optim.lr_scheduler.ReduceLROnPlateau)
            if len(factors) < len(losses):
                schedule.step(*[loss] * takes_loss)
        put(**{f"schedule {name}": np.array(factors)})


def activations():
    """y and y' on a grid that holds 0, the kinks and the tails."""
    grid = np.linspace(-8, 8, 65)
    put(grid=grid)
    for name, case in LAYERS.items():
        if case.reference is None:
            continue
        x = tensor(grid, True)
        y = case.reference(torch.nn.functional, x)
        y.sum().backward()
        put(**{f"activation {name}": np.array([y.detach().numpy(), x.grad.numpy()])})


def losses():
    weight = rng.uniform(0.5, 2, 9)
    put(weight=weight)
    for name, case in LOSSES.items():
        if case.reference is None:
            continue
        target = draw_targets(case, rng, 9)
        raw = tensor(3 * rng.normal(size=(9, case.options[1])), True)
        value = (tensor(weight) * case.reference(torch.nn.functional, raw, tensor(target))).sum()
        value.backward()
        put(
            **{
                f"loss {name}": value.item(),
                f"loss {name} raw": raw.detach().numpy(),
                f"loss {name} target": target,
                f"loss {name} d_raw": raw.grad.numpy(),
            }
        )


def batch_norm():
    x, dy = rng.normal(3, 2, size=(7, 4)), rng.normal(size=(7, 4))
    gamma, beta = rng.normal(size=(2, 4))
    mean, var = rng.normal(size=4), rng.uniform(0.5, 2, 4)
    layer = torch.nn.BatchNorm1d(4, eps=1e-3, dtype=torch.float64)
    with torch.no_grad():
        layer.weight[:], layer.bias[:] = tensor(gamma), tensor(beta)
    x_ = tensor(x, True)
    y = layer(x_)
    y.backward(tensor(dy))
    layer.eval()
    layer.running_mean[:], layer.running_var[:] = tensor(mean), tensor(var)
    arrays = {
        "x": x,
        "dy": dy,
        "gamma": gamma,
        "beta": beta,
        "mean": mean,
        "var": var,
        "y": y.detach().numpy(),
        "dx": x_.grad.numpy(),
        "dgamma": layer.weight.grad.numpy(),
        "dbeta": layer.bias.grad.numpy(),
        "prediction": layer(tensor(x)).detach().numpy(),
    }
    put(**{f"batch_norm {name}": array for name, array in arrays.items()})


if __name__ == "__main__":
    optimizer_trajectories()
    schedule_factors()
    activations()
    losses()
    batch_norm()
    np.savez_compressed(Path(__file__).with_name("torch.npz"), **values)
