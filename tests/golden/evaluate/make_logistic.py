"""Writes logistic.json: data and what Newton's method in numpy makes of it, without centring or scaling.

numpy 2.x; run: python make_logistic.py > logistic.json
The data come from sines, not from a random generator, so that they are the same everywhere.
"""
import json
import math

import numpy as np


def fit(x, y):
    design = np.hstack([np.ones((len(x), 1)), x])
    beta = np.zeros(design.shape[1])
    for _ in range(100):
        p = 1 / (1 + np.exp(-design @ beta))
        information = design.T @ (design * (p * (1 - p))[:, None])
        step = np.linalg.solve(information, design.T @ (y - p))
        beta += step
        if np.abs(step).max() < 1e-13:
            break
    p = 1 / (1 + np.exp(-design @ beta))
    information = design.T @ (design * (p * (1 - p))[:, None])
    errors = np.sqrt(np.diag(np.linalg.inv(information)))
    z = beta / errors
    return {
        "value": beta.tolist(),
        "standard_error": errors.tolist(),
        "z": z.tolist(),
        "p": [math.erfc(abs(one) / math.sqrt(2)) for one in z],
        "log_likelihood": float(np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))),
    }


def case(n, scales, weights, name):
    i = np.arange(n)
    columns = [scale * np.sin(1.7 * (j + 1) * i + j) + offset for j, (scale, offset) in enumerate(scales)]
    x = np.stack(columns, axis=1)
    odds = sum(w * (c - c.mean()) / c.std() for w, c in zip(weights, columns))
    noise = 2.0 * np.sin(12.9898 * i) + 1.5 * np.sin(78.233 * i * i)
    y = (odds + noise > 0).astype(float)
    return {"name": name, "rows": x.round(6).tolist(), "outcomes": y.astype(int).tolist(), "fit": fit(x.round(6), y)}


print(json.dumps([
    case(120, [(1.0, 0.0), (2.0, -3.0), (0.3, 0.5)], [1.0, -0.7, 0.2], "three features"),
    case(300, [(1e-3, 4.0), (500.0, 2000.0)], [0.8, 0.4], "far from one another in size"),
    case(60, [(1.0, 0.0)], [0.0], "nothing to find"),
]))
