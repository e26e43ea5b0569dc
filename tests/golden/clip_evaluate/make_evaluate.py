"""What scikit-learn makes of small features and labels: logistic regression, clusterings, average precision.

scikit-learn 1.7.2, numpy, safetensors; run in this folder: python make_evaluate.py
"""
import json

import numpy as np
from safetensors.numpy import save_file
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score, average_precision_score
from sklearn.model_selection import GridSearchCV, ShuffleSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

TRAIN, TEST = 400, 400
random = np.random.RandomState(7)
digits = load_digits()
order = random.permutation(len(digits.target))[:TRAIN + TEST]
x, y = digits.data[order].astype(np.float32), digits.target[order]
# Several labels each: what a digit is like.
LABELS = [{1, 4, 7}, {0, 6, 8, 9}, {2, 3, 5}, {0, 2, 4, 6, 8}, {2, 3, 5, 7}]
many = np.array([[float(digit in label) for label in LABELS] for digit in y], dtype=np.float32)
scaled = StandardScaler().fit(x[:TRAIN])
train, test = scaled.transform(x[:TRAIN].astype(np.float64)), scaled.transform(x[TRAIN:].astype(np.float64))


def fit(rows, labels, c):
    return LogisticRegression(C=c, tol=1e-8, max_iter=20000).fit(rows, labels)


def objective(model, rows, labels, c):
    """Sum of log losses times C, plus half of the squared weights."""
    logs = model.predict_log_proba(rows)
    places = np.searchsorted(model.classes_, labels)
    return float(-c * logs[np.arange(len(labels)), places].sum() + 0.5 * (model.coef_ ** 2).sum())


def fixed(c):
    multinomial = fit(train, y[:TRAIN], c)
    two = fit(train, y[:TRAIN] > 4, c)
    rest = [fit(train, many[:TRAIN, k], c) for k in range(len(LABELS))]
    scores = np.stack([model.decision_function(test) for model in rest], 1)
    return {"c": c,
            "multinomial": {"objective": objective(multinomial, train, y[:TRAIN], c),
                            "accuracy": multinomial.score(test, y[TRAIN:])},
            "two": {"objective": objective(two, train, y[:TRAIN] > 4, c), "accuracy": two.score(test, y[TRAIN:] > 4)},
            "rest": {"objective": sum(objective(m, train, many[:TRAIN, k], c) for k, m in enumerate(rest)),
                     "map": average_precision_score(many[TRAIN:], scores, average="macro")}}


def chosen():
    """C by a held-out fifth, on standardised and on plain features."""
    grid = {"logisticregression__C": [10.0 ** power for power in range(-6, 3)]}
    split = ShuffleSplit(1, test_size=0.2, random_state=0)
    search = GridSearchCV(make_pipeline(StandardScaler(), LogisticRegression(max_iter=5000)), grid, cv=split)
    return search.fit(x[:TRAIN], y[:TRAIN]).score(x[TRAIN:], y[TRAIN:])


def clusterings():
    cases = []
    for n, classes, clusters, noise in [(300, 9, 9, 0.4), (300, 9, 20, 0.1), (50, 2, 3, 1.0), (40, 5, 5, 0.0), (30, 1, 4, 1.0),
                                        (30, 30, 30, 0.0), (30, 30, 4, 1.0), (1000, 3, 2, 0.7)]:
        a = random.randint(classes, size=n) if classes < n else np.arange(n)
        b = np.where(random.rand(n) < noise, random.randint(clusters, size=n), a % clusters)
        cases.append({"a": a.tolist(), "b": b.tolist(), "ari": adjusted_rand_score(a, b),
                      "ami": adjusted_mutual_info_score(a, b)})
    return cases


def precision():
    scores = np.round(random.randn(60, 4), 1)  # many ties
    truth = (random.rand(60, 4) < [0.1, 0.3, 0.5, 0.9]).astype(int)
    return {"scores": scores.tolist(), "truth": truth.tolist(),
            "each": [average_precision_score(truth[:, k], scores[:, k]) for k in range(4)]}


coefficients = np.ascontiguousarray(fit(train, y[:TRAIN], 1.0).coef_)
save_file({"x": x, "y": y.astype(np.int64), "many": many, "coefficients": coefficients}, "digits.safetensors")
with open("evaluate.json", "w", encoding="utf-8") as file:
    json.dump({"train": TRAIN, "fixed": [fixed(c) for c in (0.01, 1.0, 10.0)], "chosen": chosen(),
               "clusterings": clusterings(), "precision": precision()}, file)
    file.write("\n")
