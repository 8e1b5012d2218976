"""What nnU-Net's readers make of images whose axes do not point right, anterior, superior, and what they write beside them.
Run in a Python 3.11 venv with nnunetv2==2.8.1, nibabel==5.4.2, SimpleITK==2.5.7 and numpy==2.4.6:

    python make.py

Writes into its own folder: {case}.nii.gz, {case}_{reader}.pkl (the properties of a preprocessed case) and readers.json: per
case and reader the voxels, shape and properties that were read, and the file that is written for the labels voxel % 3; and the orientation that both
libraries find for some rotations.
"""
import json
import pickle
import tempfile
from pathlib import Path

import nibabel
import numpy as np
import SimpleITK as sitk
from nnunetv2.imageio.nibabel_reader_writer import NibabelIO, NibabelIOWithReorient
from nnunetv2.imageio.simpleitk_reader_writer import SimpleITKIO, SimpleITKIOWithReorient

HERE = Path(__file__).resolve().parent
READERS = (SimpleITKIO, SimpleITKIOWithReorient, NibabelIO, NibabelIOWithReorient)


def rotation(axis, degrees):
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    out = np.eye(3)
    a, b = [i for i in range(3) if i != axis]
    out[a, a] = out[b, b] = c
    out[a, b], out[b, a] = -s, s
    return out


DIRECTIONS = {
    "pir": np.array([[0, 0, -1], [1, 0, 0], [0, -1, 0]], dtype=float),
    "ras": np.diag([-1.0, -1.0, 1.0]),
    "oblique": rotation(0, 25) @ rotation(2, -30) @ np.array([[0, 1, 0], [-1, 0, 0], [0, 0, 1]], dtype=float),
}


def write_image(name, direction):
    image = sitk.GetImageFromArray((np.arange(2 * 3 * 4).reshape(2, 3, 4) * 7 % 50 - 3).astype(np.int16))
    image.SetSpacing((0.7, 1.25, 3.1))
    image.SetOrigin((10.5, -20.25, 30.125))
    image.SetDirection(direction.flatten())
    file = HERE / f"{name}.nii.gz"
    sitk.WriteImage(image, str(file))
    return file


def plain(value):
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    if isinstance(value, np.ndarray):
        return value.flatten().tolist()
    return value if isinstance(value, str) else [float(entry) for entry in value]


def written(reader, properties, seg):
    with tempfile.TemporaryDirectory() as folder:
        file = f"{folder}/seg.nii.gz"
        reader.write_seg(seg, file, properties)
        image = sitk.ReadImage(file)
        return {"values": sitk.GetArrayFromImage(image).flatten().tolist(), "size": list(image.GetSize()[::-1]),
                "spacing": image.GetSpacing()[::-1], "origin": image.GetOrigin(), "direction": image.GetDirection(),
                "nibabel_affine": nibabel.load(file).affine.flatten().tolist()}


out = {}
for case, direction in DIRECTIONS.items():
    file = write_image(case, direction)
    for reader_class in READERS:
        reader = reader_class()
        data, properties = reader.read_images([str(file)])
        shape = data.shape[1:]
        entry = {"size": list(shape), "values": data.flatten().tolist(), "properties": plain(properties)}
        entry["written"] = written(reader, properties, (np.abs(data[0]) % 3).astype(np.uint8))
        out[f"{case}_{reader_class.__name__}"] = entry
        properties.update(shape_before_cropping=shape, bbox_used_for_cropping=[[0, n] for n in shape],
                          shape_after_cropping_and_before_resampling=shape, class_locations={1: []})
        with open(HERE / f"{case}_{reader_class.__name__}.pkl", "wb") as f:
            pickle.dump(properties, f)
rng = np.random.default_rng(3)
out["orientations"] = []
for _ in range(40):
    direction, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    affine = np.eye(4)
    affine[:3, :3] = np.diag([-1, -1, 1]) @ direction
    out["orientations"].append({
        "direction": direction.flatten().tolist(),
        "itk": sitk.DICOMOrientImageFilter_GetOrientationFromDirectionCosines(direction.flatten()),
        "nibabel": "".join(nibabel.aff2axcodes(affine))})
(HERE / "readers.json").write_text(json.dumps(out) + "\n")
