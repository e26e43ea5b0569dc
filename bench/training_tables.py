"""Tables out of the JSON lines that training_bench and the TRL peers print.

usage: training_tables.py LINES.jsonl [--vocabulary]
A ratio compares the best rate of each side, and the least memory of each side: neither at the other's cost, each at the
batch that suits it.
"""
import json
import sys

UNITS = {"DPO": "pairs_per_second", "SFT": "rows_per_second"}
HIDDEN = 576


def told(kind, rows):
    unit = UNITS[kind]
    here = [row for row in rows if f" {kind} " in row["engine"]]
    print(f"{kind:44} {unit.split('_')[0] + '/s':>8} {'tokens/s':>9} {'peak MiB':>9}")
    for row in here:
        print(f"{row['engine']:44} {row[unit]:8.2f} {row['tokens_per_second']:9.0f} {row['peak_rss_mib']:9.0f}")
    sides = {side: [row for row in here if row["engine"].startswith(f"{side} {kind} float32")
                    and "unshared" not in row["engine"]] for side in ("counterpoint", "trl")}
    rate = {side: max(row[unit] for row in some) for side, some in sides.items()}
    at_rate = {side: max(some, key=lambda row: row[unit])["peak_rss_mib"] for side, some in sides.items()}
    least = {side: min(row["peak_rss_mib"] for row in some) for side, some in sides.items()}
    print(f"float32, best of each side: {rate['counterpoint'] / rate['trl']:.2f}x the rate; peak memory there "
          f"{at_rate['counterpoint'] / at_rate['trl']:.2f}x, least of each {least['counterpoint'] / least['trl']:.2f}x\n")


def vocabulary(rows):
    peak = {int(row["engine"].split()[1]): row["peak_rss_mib"] for row in rows if row["engine"].startswith("vocabulary")}
    small, large = sorted(peak)
    table = (large - small) * HIDDEN * 4 / 2**20
    besides = peak[large] - peak[small] - table
    print(f"DPO, vocabulary {small:,}: {peak[small]:.0f} MiB; {large:,}: {peak[large]:.0f} MiB. The embedding table is "
          f"{table:.0f} MiB larger; besides {besides:+.0f} MiB ({100 * besides / peak[small]:+.1f} %)")


rows = [json.loads(line) for line in open(sys.argv[1])]
if "--vocabulary" in sys.argv:
    vocabulary(rows)
else:
    for kind in UNITS:
        told(kind, rows)
