"""The other half of tests/data/store_parity_test.cpp: exchanges b2nd files with python-blosc2.

usage: store_roundtrip.py FOLDER
Reads FOLDER/a.b2nd, a_seg.b2nd and a.pkl as VoxArena wrote them, compares them bit for bit with what they must hold, and writes python_lz4hc.b2nd and python_zstd.b2nd as nnU-Net 2.8 and 2.6 do. Exit status 77: blosc2 is missing.
"""
import pickle
import sys

try:
    import blosc2
    import numpy as np
except ImportError as error:
    print(error)
    sys.exit(77)

folder = sys.argv[1]
shape = (2, 37, 50, 61)
data = ((np.arange(np.prod(shape)) % 10007).astype(np.float32) * np.float32(0.25) - 3).reshape(shape)
seg = ((np.arange(np.prod(shape[1:])) % 5) - 1).astype(np.int16).reshape(1, *shape[1:])


def check(name, expected):
    array = blosc2.open(f"{folder}/{name}", mode="r", mmap_mode="r", dparams={"nthreads": 1})
    got = array[:]
    assert got.dtype == expected.dtype and got.shape == expected.shape, (name, got.dtype, got.shape)
    assert got.tobytes() == expected.tobytes(), name
    window = (slice(None), slice(5, 21), slice(7, 40), slice(30, 61))
    assert array[window].tobytes() == expected[window].tobytes(), name
    print(name, array.chunks, array.blocks, array.schunk.cparams.codec, array.schunk.cparams.filters)


check("a.b2nd", data)
check("a_seg.b2nd", seg)
with open(f"{folder}/a.pkl", "rb") as file:
    locations = pickle.load(file)["class_locations"]
assert {key: (rows.dtype, rows.tolist()) for key, rows in locations.items()} == {
    1: (np.int64, [[0, 1, 2, 3]]), 2: (np.int64, [[0, 4, 5, 6]])}, locations

codecs = {"lz4hc": (blosc2.Codec.LZ4HC, 5, [blosc2.Filter.NOFILTER]), "zstd": (blosc2.Codec.ZSTD, 8, [blosc2.Filter.SHUFFLE])}
for name, (codec, level, filters) in codecs.items():
    cparams = {"codec": codec, "clevel": level, "filters": filters, "nthreads": 4}
    chunks, blocks = ((1, 32, 48, 61), (1, 16, 32, 32)) if name == "lz4hc" else ((2, 30, 40, 50), (2, 8, 20, 32))
    blosc2.asarray(data, urlpath=f"{folder}/python_{name}.b2nd", chunks=chunks, blocks=blocks, cparams=cparams, mode="w")
