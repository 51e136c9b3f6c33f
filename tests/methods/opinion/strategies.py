"""Conversations with planted groups, and slow but plainly right oracles."""

import numpy as np

from majung.methods.opinion import votes_from_table


def planted(people, statements, groups, rng, seen=0.6, noise=0.15):
    """Each group has its own answer to each statement; some answers are random, some statements unseen."""
    of = np.arange(people) % groups
    answers = rng.choice([-1.0, 1.0], size=(groups, statements))
    table = answers[of]
    table = np.where(rng.random(table.shape) < noise, rng.choice([-1.0, 0.0, 1.0], size=table.shape), table)
    table[rng.random(table.shape) > seen] = np.nan
    table[:, :2] = np.where(np.isnan(table[:, :2]), 0.0, table[:, :2])
    return votes_from_table(table, range(people), range(statements)), table, of


def dense_map(table, components=2):
    """Mean imputation and a full singular value decomposition."""
    mean = np.nanmean(table, axis=0)
    filled = np.where(np.isnan(table), mean, table) - mean
    _, s, right = np.linalg.svd(filled, full_matrices=False)
    right = right[:components]
    right = right * np.sign(right[np.arange(components), np.abs(right).argmax(axis=1)])[:, None]
    factor = np.sqrt(table.shape[1] / np.maximum((~np.isnan(table)).sum(axis=1), 1))
    return filled @ right.T * factor[:, None], s**2 / (s**2).sum()


def naive_silhouette(points, labels):
    """Rousseeuw's definition, point by point."""
    scores = []
    for i in range(len(points)):
        d = np.linalg.norm(points - points[i], axis=1)
        own = (labels == labels[i]) & (np.arange(len(points)) != i)
        if not own.any():
            scores.append(0.0)
            continue
        a = d[own].mean()
        b = min(d[labels == g].mean() for g in np.unique(labels) if g != labels[i])
        scores.append((b - a) / max(a, b) if max(a, b) else 0.0)
    return float(np.mean(scores))


def naive_adjusted_rand(a, b):
    """Counting pairs one by one (Hubert & Arabie 1985)."""
    n = len(a)
    pairs = [(i, j) for i in range(n) for j in range(i)]
    same_a = np.array([a[i] == a[j] for i, j in pairs])
    same_b = np.array([b[i] == b[j] for i, j in pairs])
    both, left, right = (same_a & same_b).sum(), same_a.sum(), same_b.sum()
    expected = left * right / len(pairs)
    top = (left + right) / 2
    return 1.0 if top == expected else float((both - expected) / (top - expected))
