"""MaskSAM's matching and loss, with plain loops over slices and masks; the points come from torch's own generator."""
import numpy as np
import torch
import torch.nn.functional as F
from model import tight_boxes
from scipy.optimize import linear_sum_assignment


def giou(a, b):
    """Of two boxes."""
    x1, y1, x2, y2 = torch.max(a[0], b[0]), torch.max(a[1], b[1]), torch.min(a[2], b[2]), torch.min(a[3], b[3])
    inside = (x2 - x1).clamp(min=0) * (y2 - y1).clamp(min=0)
    area = lambda c: (c[2] - c[0]) * (c[3] - c[1])
    union = area(a) + area(b) - inside
    hull = (torch.max(a[2], b[2]) - torch.min(a[0], b[0])) * (torch.max(a[3], b[3]) - torch.min(a[1], b[1]))
    return inside / union.clamp(min=1e-6) - (hull - union) / hull.clamp(min=1e-6)


def sample(mask, points):
    """One mask (H, W) at points (P, 2)."""
    return F.grid_sample(mask[None, None], 2 * points[None, None] - 1, align_corners=False)[0, 0, 0]


def rand(*shape):
    return torch.rand(*shape, dtype=torch.float32).double()


def terms_at(logits, truth):
    """Mean cross entropy and Dice of logits at points."""
    p = logits.sigmoid()
    bce = F.binary_cross_entropy_with_logits(logits, truth)
    return bce, 1 - (2 * (p * truth).sum() + 1) / (p.sum() + truth.sum() + 1)


def mask_losses(logits, truth, points):
    """Lists of masks: sums over masks."""
    candidates = rand(len(logits), 2 * points, 2)
    uniform = rand(len(logits), points - int(0.75 * points), 2)
    bce = dice = 0
    for x, y, c, u in zip(logits, truth, candidates, uniform):
        uncertain = sample(x.detach(), c).abs().argsort()[:int(0.75 * points)]
        where = torch.cat([c[uncertain], u])
        b, d = terms_at(sample(x, where), sample(y, where))
        bce, dice = bce + b, dice + d
    return bce, dice


def loss(o, labels, s):
    """o as model.forward gives it; labels (slices, H, W). Returns the terms by name, and the matched triples."""
    slices, n = o["classes"].shape[:2]
    classes = o["classes"].shape[2] - 1
    height, width = s["height"], s["width"]
    auxiliary = o["auxiliary_masks"].sigmoid() if s["probabilities"] else o["auxiliary_masks"]
    pairs, targets, costs = [], [], torch.zeros(slices, n, classes, dtype=torch.float64)
    shared = rand(slices, s["points"], 2)
    for g in range(slices):
        present = [k for k in range(classes) if (labels[g] == k).any()]
        targets.append({k: ((labels[g] == k).double(), tight_boxes((labels[g] == k)[None], height, width)[0]) for k in range(classes)})
        with torch.no_grad():
            for q in range(n):
                for k in range(classes):
                    mask, box = targets[g][k]
                    y = sample(mask, shared[g])
                    fb, fd = terms_at(sample(o["masks"][g, q], shared[g]), y)
                    ab, ad = terms_at(sample(auxiliary[g, q], shared[g]), y)
                    costs[g, q, k] = (s["mask_weight"] * (fb + fd) - 0.2 * o["classes"][g, q].softmax(-1)[k]
                                      + 0.5 * (o["auxiliary_boxes"][g, q] - box).abs().sum()
                                      - 0.2 * giou(o["auxiliary_boxes"][g, q], box) + 0.5 * (ab + ad))
        rows, columns = linear_sum_assignment(costs[g][:, present].numpy())
        pairs += [(g, int(r), present[c]) for r, c in zip(rows, columns)]

    target = torch.full((slices, n), classes)
    for g, q, k in pairs:
        target[g, q] = k
    weights = torch.ones(classes + 1, dtype=torch.float64)
    weights[-1] = 0.1
    truth = [targets[g][k][0] for g, q, k in pairs]
    count = sum(int((labels[g] == k).any()) for g in range(slices) for k in range(classes))
    fb, fd = mask_losses([o["masks"][g, q] for g, q, k in pairs], truth, s["points"])
    ab, ad = mask_losses([auxiliary[g, q] for g, q, k in pairs], truth, s["points"])
    boxes = [(o["auxiliary_boxes"][g, q], targets[g][k][1]) for g, q, k in pairs]
    out = {"class": F.cross_entropy(o["classes"].flatten(0, 1), target.flatten(), weights),
           "mask_cross_entropy": fb / count, "mask_dice": fd / count,
           "auxiliary_cross_entropy": ab / count, "auxiliary_dice": ad / count,
           "box_l1": sum((a - b).abs().sum() for a, b in boxes) / count,
           "box_iou": sum(1 - giou(a, b) for a, b in boxes) / count}
    total = (0.2 * out["class"] + s["mask_weight"] * (out["mask_cross_entropy"] + out["mask_dice"])
             + 0.5 * (out["auxiliary_cross_entropy"] + out["auxiliary_dice"]) + 0.5 * out["box_l1"] + 0.2 * out["box_iou"])
    return total, out, pairs, costs


def assignment_cases(count=1000):
    """Costs of random and degenerate problems; the matrices come from a formula that C++ repeats."""
    totals = []
    for case in range(count):
        rng = np.random.RandomState(case)
        words = lambda size: rng.randint(0, 2**32, size=size, dtype=np.uint32)
        rows, columns, kind = 1 + words(1)[0] % 24, 1 + words(1)[0] % 17, case % 5
        m = words(rows * columns).astype(np.float64).reshape(rows, columns)
        if kind == 0:
            m = m / 2**32  # continuous
        elif kind == 1:
            m = m % 3  # many ties
        elif kind == 2:
            m = m * 0 + 7  # all alike
        elif kind == 3:
            m = (m / 2**32 - 0.5) * 1e6  # negative and large
        else:
            m = np.minimum(m, m[:1]) / 2**20  # rows that repeat each other
        r, c = linear_sum_assignment(m)
        totals.append(float(f"{m[r, c].sum():.12g}"))
    return totals
