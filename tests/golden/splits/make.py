"""Prints the reference numbers in tests/core/random_test.cpp and tests/data/splits_test.cpp.

Made with Python 3.11, numpy and scikit-learn as nnunetv2==2.8.1 installs them; versions are printed.
"""
import hashlib

import numpy as np
import sklearn
from sklearn.model_selection import KFold

print("numpy", np.__version__, "scikit-learn", sklearn.__version__)
random = np.random.RandomState(1234)
print("words", [int(x) for x in random.randint(0, 2**32, 5, dtype=np.uint64)])
random = np.random.RandomState(1234)
print("randint", [int(random.randint(0, 1000)) for _ in range(5)])
values = np.arange(10)
np.random.RandomState(0).shuffle(values)
print("shuffle", values.tolist())
for n in (5, 10, 17, 20, 32):
    folds = KFold(5, shuffle=True, random_state=12345).split(np.arange(n))
    print(n, [val.tolist() for _, val in folds])
print("80:20", np.random.RandomState(12345 + 5).choice(10, 8, replace=False).tolist())


def text(n):
    folds = KFold(5, shuffle=True, random_state=12345).split(np.arange(n))
    return f"{n}: " + ";".join(",".join(str(i) for i in val) for _, val in folds) + "\n"


for first in range(0, 1000, 100):  # 5..100, 101..200, ... cases
    content = "".join(text(n) for n in range(max(first + 1, 5), first + 101))
    print(f"up to {first + 100}", hashlib.sha256(content.encode()).hexdigest())
