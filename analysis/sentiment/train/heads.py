"""Outputs of the model: regression on n-grams, the network's features and the word list, folded into weights."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from analysis.sentiment.ngram import Codes, encode
from analysis.sentiment.ngram_kernel import all_cues
from analysis.sentiment.ngram_model import with_words
from analysis.sentiment.train.labels import Labelled
from analysis.sentiment.train.network import Network, bags, odds
from analysis.sentiment.train.vocabulary import CHARACTERS, counts_of, rows_of
from analysis.sentiment.train.words import Judged
from analysis.sentiment.word_kernel import CUES

Doubles = NDArray[np.float64]
WORD: Final = 4.0
FOLDS: Final = 5
STEPS: Final = 100


@dataclass(frozen=True)
class Shape:
    """How far each kind of feature may carry (its scale before regularisation), and the inverse of regularisation."""

    gram: float
    bag: float
    odds: float
    cue: float
    strength: float
    beside: float = 0.3


COMMENT: Final = Shape(gram=0.25, bag=0.1, odds=0.3, cue=0.5, strength=0.7)
LONG: Final = Shape(gram=1.5, bag=0.08, odds=0.15, cue=0.5, strength=8.0)
"""For bodies, whose bags are short vectors. Both were chosen by folds (docs/experiments.md)."""


@dataclass(frozen=True)
class Head:
    """Weights of one group of outputs: own columns of the n-gram table, and weights on bag and hidden units."""

    names: tuple[str, ...]
    columns: Doubles
    direct: Doubles
    outer: Doubles
    cues: Doubles
    """Weights on what the judged words say (cues by outputs)."""
    bias: Doubles
    out_of_fold: Doubles
    """Calibrated log-odds of each training text, from models that had not seen its thread."""
    beside: Doubles
    """Weights on numbers that stand beside the text's own features (numbers by outputs), such as a post's plan."""

    def odds(self, features: "Features", texts: list[str]) -> Doubles:
        """The outputs for texts, with nothing beside them."""
        network = features.network
        counts, dense = features.matrix(texts)
        bag, cues = dense[:, : network.table.shape[1]], dense[:, -CUES:]
        units = np.maximum(bag @ network.inner.T + network.inner_bias, 0)
        linear = np.asarray(counts @ self.columns) + bag @ self.direct.T + cues @ self.cues
        return np.asarray(linear + units @ self.outer.T + self.bias)

    def with_lent(self, heads: "Sequence[Head]") -> "Head":
        """This head, fitted with the outputs of other heads beside the text, as one that needs them no more."""
        share = np.split(self.beside, np.cumsum([len(head.names) for head in heads])[:-1])
        lent = list(zip(heads, share, strict=True))
        return replace(
            self,
            columns=self.columns + sum(head.columns @ part for head, part in lent),
            direct=self.direct + sum(part.T @ head.direct for head, part in lent),
            outer=self.outer + sum(part.T @ head.outer for head, part in lent),
            cues=self.cues + sum(head.cues @ part for head, part in lent),
            bias=self.bias + sum(head.bias @ part for head, part in lent),
            beside=np.zeros((0, len(self.names))),
        )


@dataclass(frozen=True)
class Features:
    """What texts look like to a head, and how to undo the scaling."""

    network: Network
    known: Codes
    words: Doubles
    """Prior weights of word-list entries (n-grams by kinds of weight)."""
    judged: Judged

    def matrix(self, texts: list[str]) -> tuple[Any, Doubles]:
        """Sparse counts and dense features, unscaled: bag, the network's odds, words as n-grams, cues."""
        counts = counts_of(texts, self.known)
        bag = bags(*rows_of(texts, self.known), self.network.table)
        arrays = self.judged.rows(self.known)
        slots, word_of, values = with_words(self.known, arrays["word_rows"], arrays["word_values"], arrays["longer"])
        cues = all_cues(*encode(texts), CHARACTERS, slots, word_of, values)
        return counts, np.hstack([bag, odds(self.network, bag), np.asarray(counts @ self.words) * WORD, cues])


def fit(
    features: Features,
    data: Labelled,
    names: tuple[str, ...],
    *,
    seed: int,
    own: bool = True,
    shape: Shape = COMMENT,
    beside: Doubles | None = None,
) -> Head:
    """Fit one head; its temperature is set on the folds.

    ``own``: it gets n-gram columns of its own. ``beside``: further numbers of each text. Neither they nor the network
    may have learnt these labels, or the folds would not be blind.
    """
    from scipy import sparse

    counts, dense = features.matrix(data.texts)
    further = np.zeros((len(data.texts), 0)) if beside is None else beside
    dense = np.hstack([dense, further])
    width, tasks, words = features.network.table.shape[1], features.network.bias.size, features.words.shape[1]
    kinds = [shape.bag, shape.odds, float(own), shape.cue * own, shape.beside]
    scale = np.repeat(kinds, [width, tasks, words, CUES, further.shape[1]])
    centre, spread = dense.mean(axis=0), dense.std(axis=0) + 1e-6
    listed = slice(width + tasks, width + tasks + words)
    centre[listed], spread[listed] = 0.0, 1.0
    shaped = (dense - centre) / spread * scale
    seen = np.asarray((counts > 0).sum(axis=0)).ravel()
    rarity = np.where(seen >= 2, np.log(len(data.texts) / np.maximum(seen, 1)) + 1.0, 0.0) * shape.gram * own
    used = np.flatnonzero(rarity)
    matrix = (
        sparse.hstack([counts[:, used] @ sparse.diags(rarity[used]), sparse.csr_matrix(shaped)])
        .tocsr()
        .astype(np.float32)
    )
    folded = np.zeros((len(data.texts), len(names)))
    for inside, outside in _folds(data.group, seed):
        folded[outside] = _scores(_read_by_all(matrix, data, inside, shape.strength), matrix[outside])
    heat, shift = _calibration(folded, data)
    model = _read_by_all(matrix, data, np.arange(len(data.texts)), shape.strength)
    coefficients, intercept = _coefficients(model)
    gram = np.zeros((len(names), features.known.size))
    gram[:, used] = coefficients[:, : used.size] * rarity[used] * heat
    part = coefficients[:, used.size :] * heat * scale / spread
    bag, task, word, cues, others = np.split(part, np.cumsum([width, tasks, words, CUES]), axis=1)
    network = features.network
    return Head(
        names=names,
        columns=(gram.T + features.words * WORD @ word.T) if own else np.zeros((features.known.size, len(names))),
        direct=bag + task @ network.direct,
        outer=task @ network.outer,
        cues=cues.T,
        bias=intercept * heat + shift - part @ centre + task @ network.bias,
        out_of_fold=folded * heat + shift,
        beside=others.T,
    )


def _read_by_all(matrix: Any, data: Labelled, rows: NDArray[np.int64], strength: float) -> Any:
    """The regression on some rows; where several readers saw one, their readings share its weight."""

    trust = np.ones(rows.size) if data.trust is None else data.trust[rows]
    if data.again is None:
        return _regression(matrix[rows], data.label[rows], strength, trust)
    said = np.hstack([data.label[rows, np.newaxis], data.again[rows]])
    place, reader = np.nonzero(said >= 0)
    trust = trust / (said >= 0).sum(axis=1)
    return _regression(matrix[rows[place]], said[place, reader], strength, trust[place])


def _calibration(odds: Doubles, data: Labelled) -> tuple[float, Doubles]:
    """Temperature and shifts under which out-of-fold chances fit the board as it is, by weighted likelihood."""
    from scipy.optimize import minimize
    from scipy.special import log_softmax

    weight = np.ones(len(data.texts)) if data.weight is None else data.weight
    weight = weight / weight.sum()
    rows = np.arange(len(data.texts))

    def loss(parameters: Doubles) -> float:
        chances = log_softmax(odds * np.exp(parameters[0]) + parameters[1:], axis=1)
        return float(-(weight * chances[rows, data.label]).sum() + 1e-6 * np.square(parameters[1:]).sum())

    best = minimize(loss, np.zeros(odds.shape[1] + 1), method="L-BFGS-B").x
    return float(np.exp(best[0])), np.asarray(best[1:], dtype=np.float64)


def _folds(group: list[str], seed: int) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Inside and outside rows; a thread's fold is its own, so that it stays where other data come or go."""
    fold = np.array([sha256(f"{seed} {name}".encode()).digest()[0] % FOLDS for name in group])
    return [(np.flatnonzero(fold != place), np.flatnonzero(fold == place)) for place in range(FOLDS)]


def _regression(matrix: Any, label: Any, strength: float, trust: Doubles) -> Any:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    with threadpool_limits(1), warnings.catch_warnings():  # one order of summing: the same bits, and no fight for cores
        warnings.simplefilter("ignore", ConvergenceWarning)  # the last digits of a weight change no figure
        return LogisticRegression(C=strength, max_iter=STEPS, tol=1e-3).fit(matrix, label, sample_weight=trust)


def _coefficients(model: Any) -> tuple[Doubles, Doubles]:
    weights, bias = np.asarray(model.coef_, dtype=np.float64), np.asarray(model.intercept_, dtype=np.float64)
    if weights.shape[0] == 1:  # two classes: as a soft maximum of two outputs
        weights, bias = np.vstack([-weights, weights]) / 2, np.concatenate([-bias, bias]) / 2
    return weights, bias


def _scores(model: Any, matrix: Any) -> Doubles:
    weights, bias = _coefficients(model)
    return np.asarray(matrix @ weights.T) + bias
