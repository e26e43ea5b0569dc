"""faiss-cpu's K-means on the rows of a safetensors file; one JSON line, as kmeans_bench prints."""
import argparse
import json
import time

import faiss
import numpy as np
from safetensors.numpy import load_file

parser = argparse.ArgumentParser()
parser.add_argument("features")
parser.add_argument("--k", type=int, default=2000)
parser.add_argument("--iterations", type=int, default=20)
parser.add_argument("--redos", type=int, default=1)
parser.add_argument("--threads", type=int, default=2)
args = parser.parse_args()

faiss.omp_set_num_threads(args.threads)
rows = np.ascontiguousarray(load_file(args.features)["rows"])
kmeans = faiss.Kmeans(rows.shape[1], args.k, niter=args.iterations, nredo=args.redos, max_points_per_centroid=10**9)
begin = time.perf_counter()
kmeans.train(rows)
distances, labels = kmeans.index.search(rows, 1)  # as ProtoCLIP's released code finds the labels
seconds = time.perf_counter() - begin
print(json.dumps({
    "engine": f"faiss-cpu {faiss.__version__}", "n": rows.shape[0], "d": rows.shape[1], "k": args.k, "start": "random",
    "redos": args.redos, "iterations": args.iterations, "threads": args.threads, "seconds": round(seconds, 3),
    "objective": round(float(distances.astype(np.float64).sum()), 3),
    "empty": int(args.k - len(np.unique(labels))),
}))
