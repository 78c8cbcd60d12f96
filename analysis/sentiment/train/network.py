"""One small network that learns many weak tasks at once from hashed n-grams: votes, habits, directions, categories.

A bag of n-gram vectors goes through one hidden layer to one logistic output a task; targets may be soft, and missing
ones (NaN) cost nothing. Plain AdaGrad, one text at a time, in one thread: the same seed gives the same bits.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
LONGEST: Final = 20_000
"""N-grams of one text that are learnt from."""


@dataclass
class Network:
    """Parameters; ``table`` has one row an n-gram, the rest the network on their sum over the root of their number."""

    table: Floats
    inner: Floats
    inner_bias: Floats
    outer: Floats
    direct: Floats
    bias: Floats


def fresh(rows: int, width: int, hidden: int, tasks: int, seed: int) -> Network:
    """A network before its first step."""
    random = np.random.default_rng(seed)

    def normal(scale: float, *shape: int) -> Floats:
        return (random.standard_normal(shape) * scale).astype(np.float32)

    return Network(
        table=normal(0.02, rows, width),
        inner=normal(width**-0.5, hidden, width),
        inner_bias=np.zeros(hidden, dtype=np.float32),
        outer=normal(0.1, tasks, hidden),
        direct=normal(0.1, tasks, width),
        bias=np.zeros(tasks, dtype=np.float32),
    )


def learn(
    network: Network,
    ids: Ints,
    bounds: NDArray[np.int64],
    rows: NDArray[np.int64],
    targets: Floats,
    weights: Floats,
    *,
    epochs: int = 2,
    rate: float = 0.1,
    drop: float = 0.2,
    seed: int = 0,
) -> list[float]:
    """Train in place; returns the mean loss of each epoch. The rate falls to nothing over the epochs."""
    random = np.random.default_rng(seed)
    state = [np.full(network.table.shape[0], 1.0, dtype=np.float32)]
    for array in (network.inner, network.inner_bias, network.outer, network.direct, network.bias):
        state.append(np.full(array.shape, 0.1, dtype=np.float32))
    losses = []
    for epoch in range(epochs):
        start = rate * (epochs - epoch) / epochs
        losses.append(
            _epoch(
                ids, bounds, random.permutation(rows), targets, weights,
                network.table, network.inner, network.inner_bias, network.outer, network.direct, network.bias,
                state[0], state[1], state[2], state[3], state[4], state[5],
                np.float32(start), 1.0 / (epochs - epoch), drop, seed * 1000 + epoch,
            )
        )  # fmt: skip
    return losses


@njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract", "reassoc", "nsz"})
def _epoch(  # type: ignore[no-untyped-def]
    ids, bounds, order, targets, weights, table, inner, inner_bias, outer, direct, bias,
    g_table, g_inner, g_inner_bias, g_outer, g_direct, g_bias, rate, fall, drop, seed,
):  # fmt: skip
    np.random.seed(seed)
    width, hidden, tasks = table.shape[1], inner.shape[0], outer.shape[0]
    bag = np.zeros(width, np.float32)
    units = np.zeros(hidden, np.float32)
    d_bag = np.zeros(width, np.float32)
    d_units = np.zeros(hidden, np.float32)
    kept = np.zeros(LONGEST, np.int32)
    loss = 0.0
    for step in range(order.size):
        row = order[step]
        speed = np.float32(rate * (1.0 - fall * step / order.size))
        count = 0
        for place in range(bounds[row], min(bounds[row + 1], bounds[row] + LONGEST)):
            if np.random.random() >= drop:
                kept[count] = ids[place]
                count += 1
        if count == 0:
            continue
        bag[:] = 0
        for index in range(count):
            line = table[kept[index]]
            for column in range(width):
                bag[column] += line[column]
        scale = np.float32(1.0 / np.sqrt(count)) if count <= 400 else np.float32(20.0 / count)
        for column in range(width):
            bag[column] *= scale
        for unit in range(hidden):
            level = inner_bias[unit]
            for column in range(width):
                level += inner[unit, column] * bag[column]
            units[unit] = max(level, np.float32(0))
        d_bag[:] = 0
        d_units[:] = 0
        for task in range(tasks):
            target = targets[row, task]
            if np.isnan(target):
                continue
            odds = bias[task]
            for unit in range(hidden):
                odds += outer[task, unit] * units[unit]
            for column in range(width):
                odds += direct[task, column] * bag[column]
            slope = np.float32((1.0 / (1.0 + np.exp(-odds)) - target) * weights[task])
            loss += weights[task] * (np.log1p(np.exp(-abs(odds))) + max(odds, 0.0) - odds * target)
            for unit in range(hidden):
                d_units[unit] += slope * outer[task, unit]
                change = slope * units[unit]
                g_outer[task, unit] += change * change
                outer[task, unit] -= speed * change / np.sqrt(g_outer[task, unit])
            for column in range(width):
                d_bag[column] += slope * direct[task, column]
                change = slope * bag[column]
                g_direct[task, column] += change * change
                direct[task, column] -= speed * change / np.sqrt(g_direct[task, column])
            g_bias[task] += slope * slope
            bias[task] -= speed * slope / np.sqrt(g_bias[task])
        for unit in range(hidden):
            if units[unit] <= 0:
                continue
            slope = d_units[unit]
            for column in range(width):
                d_bag[column] += slope * inner[unit, column]
                change = slope * bag[column]
                g_inner[unit, column] += change * change
                inner[unit, column] -= speed * change / np.sqrt(g_inner[unit, column])
            g_inner_bias[unit] += slope * slope
            inner_bias[unit] -= speed * slope / np.sqrt(g_inner_bias[unit])
        square = np.float32(0)
        for column in range(width):
            d_bag[column] *= scale
            square += d_bag[column] * d_bag[column]
        square /= width
        for index in range(count):
            row_id = kept[index]
            g_table[row_id] += square
            pace = speed / np.sqrt(g_table[row_id])
            for column in range(width):
                table[row_id, column] -= pace * d_bag[column]
    return loss / max(order.size, 1)


@njit(nogil=True, cache=True)
def bags(ids, bounds, table):  # type: ignore[no-untyped-def]
    """Normalised sums of the rows of each text, as the engine makes them."""
    texts, width = bounds.size - 1, table.shape[1]
    result = np.zeros((texts, width), np.float32)
    for text in range(texts):
        count = bounds[text + 1] - bounds[text]
        if count == 0:
            continue
        for place in range(bounds[text], bounds[text + 1]):
            for column in range(width):
                result[text, column] += table[ids[place], column]
        scale = np.float32(1.0 / np.sqrt(count)) if count <= 400 else np.float32(20.0 / count)
        for column in range(width):
            result[text, column] *= scale
    return result


def odds(network: Network, bag: Floats) -> Floats:
    """Log-odds of every task for normalised bags."""
    units = np.maximum(bag @ network.inner.T + network.inner_bias, 0)
    return np.asarray(units @ network.outer.T + bag @ network.direct.T + network.bias, dtype=np.float32)
