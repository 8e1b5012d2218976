"""Tests, intervals and rankings of small made-up values by scipy, statsmodels and scikit-posthocs.

Writes statistics.json beside this file; inputs are written with the results.

Made with python 3.11, scipy==1.17.1, statsmodels==0.15.0, scikit-posthocs==0.17.1: python statistical_tests.py
"""
import importlib.metadata
import json
import os

import numpy as np
import scikit_posthocs
from scipy import stats
from scipy.stats._resampling import BootstrapResult
from statsmodels.stats.multitest import multipletests

HERE = os.path.dirname(os.path.abspath(__file__))


def wilcoxon(d):
    result = stats.wilcoxon(d)
    ranks = stats.rankdata(np.abs(d[d != 0]))
    plus, minus = ranks[d[d != 0] > 0].sum(), ranks[d[d != 0] < 0].sum()
    return {"differences": d.tolist(), "p": result.pvalue, "statistic": result.statistic,
            "effect": (plus - minus) / (plus + minus), "false_claim": stats.ttest_1samp(d, 0, alternative="greater").pvalue}


def friedman(values):
    n, k = values.shape
    chi, p = stats.friedmanchisquare(*values.T)
    f = (n - 1) * chi / (n * (k - 1) - chi)
    return {"values": values.tolist(), "chi_squared": chi, "p_friedman": p, "f": f,
            "p": stats.f.sf(f, k - 1, (k - 1) * (n - 1))}


def pairs(values):
    """All pairs with Holm's adjustment, by scikit-posthocs."""
    p = scikit_posthocs.posthoc_wilcoxon(list(values.T), p_adjust="holm").to_numpy()
    return [p[a, b] for a in range(len(p)) for b in range(a + 1, len(p))]


def intervals(rng, values):
    means = rng.choice(values, (500, len(values))).mean(1)
    result = {"values": values.tolist(), "means": means.tolist()}
    for method in ("percentile", "BCa"):
        given = BootstrapResult(None, means, None)
        ci = stats.bootstrap((values,), np.mean, method=method, n_resamples=0, bootstrap_result=given).confidence_interval
        result[method] = [ci.low, ci.high]
    return result


def main():
    rng = np.random.default_rng(11)
    scores = rng.normal(0.8, 0.05, (30, 4)) + np.array([0.0, 0.01, 0.015, 0.05])
    tied = np.round(rng.normal(0.8, 0.05, (15, 5)), 1)
    p = rng.uniform(0, 0.2, 12)
    rankings = [rng.permutation(8).astype(float), rng.integers(0, 4, 8).astype(float)]
    golden = {
        "made_with": {m: importlib.metadata.version(m) for m in ("numpy", "scipy", "statsmodels", "scikit-posthocs")},
        "wilcoxon": [wilcoxon(rng.normal(0.3, 1, 9)), wilcoxon(rng.normal(0.2, 1, 50)), wilcoxon(rng.normal(0.1, 1, 120)),
                     wilcoxon(np.round(rng.normal(0.3, 1, 10))), wilcoxon(np.round(rng.normal(0.2, 1, 40), 1))],
        "holm": {"p": p.tolist(), "adjusted": multipletests(p, method="holm")[1].tolist()},
        "friedman": [friedman(scores), friedman(tied)],
        "pairs": {"values": scores.tolist(), "adjusted": pairs(scores)},
        "intervals": [intervals(rng, rng.beta(8, 2, 40)), intervals(rng, rng.exponential(2, 25))],
        "kendall": {"a": rankings[0].tolist(), "b": rankings[1].tolist(), "tau": stats.kendalltau(*rankings).statistic},
        "quantiles": {"p": [1e-9, 0.01, 0.025, 0.2, 0.5, 0.7, 0.999], "normal": None},
        "student": [[t, df, stats.t.sf(t, df)] for t in (-2.5, 0, 0.3, 4, 20) for df in (1, 7, 199)],
    }
    golden["quantiles"]["normal"] = stats.norm.ppf(golden["quantiles"]["p"]).tolist()
    with open(os.path.join(HERE, "statistics.json"), "w") as file:
        json.dump(golden, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
