"""TF-IDF, truncated SVD and PCA of a few captions by scikit-learn.

scikit-learn 1.7.2, numpy 2, Python 3.11. Usage: python make_teacher.py OUTPUT_DIR
teacher.json: captions; per longest n-gram the terms, idf and the dense matrix; products of the SVD's rows (they do not depend on
signs) and its singular values, 8 dimensions; PCA of the matrix: products of its rows, standard deviations, 5 dimensions.
"""
import json
import sys
from pathlib import Path

import numpy as np
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

CAPTIONS = [f"{who} {what} {where}" for who in ("A dog", "Two Dogs", "the caf\u00e9's cat", "a man in a blue_shirt")
            for what in ("runs", "is sleeping", "jumps and jumps") for where in ("in the snow !", "on 12 chairs", "")]
CAPTIONS += ["", "a b c", "\u732b\u304c \u0420\u0443\u0441\u0441\u043a\u0438\u0439 \u0422\u0415\u041a\u0421\u0422", "dog dog dog dog snow"]


def weighed(longest: int) -> dict:
    vectorizer = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, longest))
    matrix = vectorizer.fit_transform(CAPTIONS)
    return {"terms": vectorizer.get_feature_names_out().tolist(), "idf": vectorizer.idf_.tolist(), "matrix": matrix.toarray().tolist()}


made = {"captions": CAPTIONS, "1": weighed(1), "2": weighed(2)}
matrix = np.array(made["1"]["matrix"])
svd = TruncatedSVD(8, algorithm="arpack", random_state=0)
rows = svd.fit_transform(matrix)
made["svd"] = {"products": (rows @ rows.T).tolist(), "scales": svd.singular_values_.tolist()}
pca = PCA(5, svd_solver="full")
rows = pca.fit_transform(matrix)
made["pca"] = {"products": (rows @ rows.T).tolist(), "scales": np.sqrt(pca.explained_variance_).tolist()}
rounded = json.loads(json.dumps(made), parse_float=lambda text: round(float(text), 7))
(Path(sys.argv[1]) / "teacher.json").write_text(json.dumps(rounded, separators=(",", ":")) + "\n")
