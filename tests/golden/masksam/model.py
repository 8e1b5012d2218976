"""MaskSAM once more, as functions of named weights that come from a formula: an independent check of plugins/masksam.
Written from the paper's method and the released code's structure; float64 throughout."""
import math

import numpy as np
import torch
import torch.nn.functional as F

NAMES = {}  # every weight asked for, with its shape


def wave(start, step, shape):
    return torch.sin(start + step * torch.arange(math.prod(shape), dtype=torch.float64)).reshape(shape)


def phase(name):
    """FNV-1a of the name, in 0 ... 6.28."""
    h = 0x811C9DC5
    for c in name.encode():
        h = ((h ^ c) * 0x01000193) & 0xFFFFFFFF
    return (h % 1000) * 0.00628


def weight(name, *shape):
    """Element i: base + scale sin(phase(name) + 0.73 i); base 1 for the scales of norms."""
    if name not in NAMES:
        scale = max(0.1, math.sqrt(shape[0] / math.prod(shape))) if len(shape) > 1 else 0.1
        base = 1.0 if len(shape) == 1 and name.endswith("weight") else 0.0
        NAMES[name] = (base + scale * wave(phase(name), 0.73, shape)).requires_grad_("gaussian" not in name)
    assert tuple(NAMES[name].shape) == shape, name
    return NAMES[name]


def linear(p, x, out, bias=True):
    return F.linear(x, weight(p + ".weight", out, x.shape[-1]), weight(p + ".bias", out) if bias else None)


def layer_norm(p, x, eps):
    return F.layer_norm(x, x.shape[-1:], weight(p + ".weight", x.shape[-1]), weight(p + ".bias", x.shape[-1]), eps)


def norm2d(p, x):
    return layer_norm(p, x.permute(0, 2, 3, 1), 1e-6).permute(0, 3, 1, 2)


def conv2d(p, x, out, kernel, stride=1, bias=True):
    w = weight(p + ".weight", out, x.shape[1], kernel, kernel)
    return F.conv2d(x, w, weight(p + ".bias", out) if bias else None, stride, kernel // 2 if stride == 1 else 0)


# ---- volumes

def conv3d(p, x, out, kernel=(3, 3, 3), bias=True):
    w = weight(p + ".weight", out, x.shape[1], *kernel)
    return F.conv3d(x, w, weight(p + ".bias", out) if bias else None, padding=[k // 2 for k in kernel])


def up3d(p, x, out):
    return F.conv_transpose3d(x, weight(p + ".weight", x.shape[1], out, 1, 2, 2), weight(p + ".bias", out), stride=(1, 2, 2))


def instance_norm(p, x, affine):
    c = x.shape[1]
    return F.instance_norm(x, weight=weight(p + ".weight", c) if affine else None, bias=weight(p + ".bias", c) if affine else None)


def block(p, x, out, kernel=(3, 3, 3)):
    return F.leaky_relu(instance_norm(p + ".norm", conv3d(p + ".conv", x, out, kernel), True), 0.01)


def up_block(p, x, out):
    return F.gelu(instance_norm(p + ".norm", up3d(p + ".up", x, out), False))


# ---- adapters; x (b, t, parts, ..., C)

def dconv(p, x, skip, released=False):
    b, t, n, h, w, d = x.shape
    u = F.gelu(linear(p + ".down", x, d // 4))
    c = u.shape[-1]
    if released:  # the last of the folded axes is taken for the slices
        folded = u.reshape(b * n, t, h, w, c)
    else:
        folded = u.permute(0, 2, 1, 3, 4, 5).reshape(b * n, t, h, w, c)
    v = F.conv3d(folded.permute(0, 4, 1, 2, 3), weight(p + ".weight", c, 1, 3, 3, 3), weight(p + ".bias", c), padding=1, groups=c)
    v = F.gelu(layer_norm(p + ".norm", v.permute(0, 2, 3, 4, 1), 1e-6))
    v = v.reshape(u.shape) if released else v.reshape(b, n, t, h, w, c).permute(0, 2, 1, 3, 4, 5)
    out = linear(p + ".up", u + v, d)
    return x + out if skip else 0.5 * out


def dmlp(p, x, skip):
    b, t, n, tokens, d = x.shape
    u = F.gelu(linear(p + ".down", x, d // 4))
    v = linear(p + ".narrow", F.gelu(linear(p + ".widen", u.movedim(1, -1), 4 * t)), t).movedim(-1, 1)
    out = linear(p + ".up", u + v, d)
    return x + out if skip else 0.5 * out


# ---- image encoder

def relative(table, size):
    if len(table) != 2 * size - 1:
        table = F.interpolate(table.T[None], size=2 * size - 1, mode="linear")[0].T
    i = torch.arange(size)
    return table[i[:, None] - i[None] + size - 1]


def attention(p, x, heads, table):
    g, h, w, d = x.shape
    q, k, v = linear(p + ".qkv", x, 3 * d).reshape(g, h * w, 3, heads, d // heads).permute(2, 0, 3, 1, 4)
    logits = (q * (d // heads) ** -0.5) @ k.transpose(-1, -2)
    if table:
        grid = q.reshape(g, heads, h, w, -1)
        rows = torch.einsum("gnhwc,hkc->gnhwk", grid, relative(weight(p + ".rel_pos_h", 2 * table[0] - 1, d // heads), h))
        columns = torch.einsum("gnhwc,wkc->gnhwk", grid, relative(weight(p + ".rel_pos_w", 2 * table[1] - 1, d // heads), w))
        logits = logits + (rows[..., :, None] + columns[..., None, :]).reshape(logits.shape)
    y = (logits.softmax(-1) @ v).transpose(1, 2).reshape(g, h, w, d)
    return linear(p + ".proj", y, d)


def windows_of(x, size):
    g, h, w, d = x.shape
    x = F.pad(x, (0, 0, 0, -w % size, 0, -h % size))
    parts = [x[:, i:i + size, j:j + size] for i in range(0, x.shape[1], size) for j in range(0, x.shape[2], size)]
    return torch.stack(parts, 1)  # (g, windows, size, size, d)


def join(windows, h, w):
    size, across = windows.shape[2], -(-w // windows.shape[2])
    rows = [torch.cat([windows[:, i * across + j] for j in range(across)], 2) for i in range(-(-h // size))]
    return torch.cat(rows, 1)[:, :h, :w]


def encoder_block(p, x, c, index):
    """x (b t, h, w, d)"""
    g, h, w, d = x.shape
    t = c["slices"]
    adapters = c.get("adapters", True)
    if c["window"] == 0 or index in c["global"]:
        y = attention(p + ".attn", layer_norm(p + ".norm1", x, 1e-6), c["heads"], c["table"])
        if adapters:
            y = dconv(p + ".after_attention", y.reshape(-1, t, 1, h, w, d), True).reshape(g, h, w, d)
    else:
        size = c["window"]
        if c["released"]:
            parts = layer_norm(p + ".norm1", windows_of(x, size), 1e-6)
        else:
            parts = windows_of(layer_norm(p + ".norm1", x, 1e-6), size)
        y = attention(p + ".attn", parts.flatten(0, 1), c["heads"], c["table"] and (size, size))
        y = dconv(p + ".after_attention", y.reshape(-1, t, parts.shape[1], size, size, d), True, c["released"])
        y = join(y.reshape(g, -1, size, size, d), h, w)
    x = x + y
    z = layer_norm(p + ".norm2", x, 1e-6)
    x = x + linear(p + ".mlp.lin2", F.gelu(linear(p + ".mlp.lin1", z, 4 * d)), d)
    if adapters:
        x = x + dconv(p + ".beside_mlp", z.reshape(-1, t, 1, h, w, d), False).reshape(g, h, w, d)
    return x


def volume(x, t):
    """(b t, c, h, w) -> (b, c, t, h, w)"""
    return x.reshape(-1, t, *x.shape[1:]).transpose(1, 2)


# ---- prompt generator

def generator(p, embedding, taps, c):
    """embedding (b, C, t, h, w); taps likewise, deepest first."""
    channels, kernels = c["channels"], c["kernels"]

    def skip(s, x):
        for i in range(s):
            x = block(f"{p}.skips.{s - 1}.blocks.{i}", up3d(f"{p}.skips.{s - 1}.ups.{i}", x, channels[s]), channels[s], kernels[s])
        return x

    x = block(f"{p}.first.1", block(f"{p}.first.0", embedding, channels[0], kernels[0]), channels[0], kernels[0])
    maps = [x]
    for s in range(1, len(channels)):
        up = up3d(f"{p}.ups.{s - 1}", maps[-1], channels[s])
        maps.append(block(f"{p}.blocks.{s - 1}", torch.cat([up, skip(s, taps[s - 1])], 1), channels[s], kernels[s]))
    for i, tap in enumerate(taps[len(channels) - 1:]):
        both = torch.cat([maps[-1], skip(len(channels) - 1, tap)], 1)
        maps.append(block(f"{p}.fusions.{i}", both, channels[-1], kernels[-1]))

    t, n = embedding.shape[2], c["queries"]
    pool = lambda grid: torch.cat([F.adaptive_avg_pool3d(m, (t, *grid)) for m in maps], 1)
    masks = conv3d(p + ".mask_head", maps[-1], n, (1, 1, 1))
    f = instance_norm(p + ".box_norm", conv3d(p + ".box_head", pool((2, 2)), n, (1, 1, 1), bias=False), True).sigmoid()
    f = f.transpose(1, 2)  # (b, t, n, 2, 2)
    corner = f[..., 0, :]
    boxes = torch.cat([corner, corner + (1 - corner) * f[..., 1, :]], -1)
    tokens = F.gelu(instance_norm(p + ".token_norm", conv3d(p + ".token_head", pool(c["token_grid"]), n), True))
    return masks, boxes, tokens.transpose(1, 2).flatten(3)


def tight_boxes(masks, height, width):
    """Per mask, the slow and obvious way."""
    m = masks.detach().numpy().astype(bool)
    out = np.zeros(m.shape[:-2] + (4,))
    for i in np.ndindex(*m.shape[:-2]):
        y, x = np.nonzero(m[i])
        if len(y):
            out[i] = x.min() / width, y.min() / height, x.max() / width, y.max() / height
    return torch.from_numpy(out)


# ---- decoder; tokens (b, t, n, l, C), image (b, t, n, hw, C)

def cross_attention(p, q, k, v, heads, inner):
    split = lambda x: x.reshape(*x.shape[:-1], heads, inner // heads).transpose(-2, -3)
    q, k, v = (split(linear(f"{p}.{name}_proj", x, inner)) for name, x in (("q", q), ("k", k), ("v", v)))
    y = (q @ k.transpose(-1, -2) / math.sqrt(inner // heads)).softmax(-1) @ v
    return linear(p + ".out_proj", y.transpose(-2, -3).flatten(-2), q.shape[-1] * heads * (2 if "cross" in p or "final" in p else 1))


def two_way(p, tokens, image, code, c, grid):
    d, heads = tokens.shape[-1], c["decoder_heads"]
    q, k, first = tokens, image, tokens
    for i in range(2):
        l = f"{p}.layers.{i}"
        if i == 0:
            q = dmlp(l + ".after_self_attention", cross_attention(l + ".self_attn", q, q, q, heads, d), True)
        else:
            q = q + dmlp(l + ".after_self_attention", cross_attention(l + ".self_attn", q + first, q + first, q, heads, d), True)
        q = layer_norm(l + ".norm1", q, 1e-5)
        y = cross_attention(l + ".cross_attn_token_to_image", q + first, k + code, k, heads, d // 2)
        q = layer_norm(l + ".norm2", q + dmlp(l + ".after_token_to_image", y, True), 1e-5)
        y = linear(l + ".mlp.lin2", F.relu(linear(l + ".mlp.lin1", q, c["decoder_mlp"])), d)
        q = layer_norm(l + ".norm3", q + y + dmlp(l + ".beside_mlp", q, False), 1e-5)
        y = cross_attention(l + ".cross_attn_image_to_token", k + code, q + first, q, heads, d // 2)
        y = dconv(l + ".after_image_to_token", y.reshape(*y.shape[:3], *grid, d), True).flatten(3, 4)
        k = layer_norm(l + ".norm4", k + y, 1e-5)
    y = cross_attention(p + ".final_attn_token_to_image", q + first, k + code, k, heads, d // 2)
    return layer_norm(p + ".norm_final_attn", q + dmlp(p + ".after_final_attention", y, True), 1e-5), k


def fourier(c, xy, d):
    v = 2 * math.pi * ((2 * xy - 1) @ weight("sam.prompt_encoder.pe_layer.positional_encoding_gaussian_matrix", 2, d // 2))
    return torch.cat([v.sin(), v.cos()], -1)


def forward(image, c):
    """image (b, channels, t, H, W) -> class logits (bt, n, K+1), masks, auxiliary masks (bt, n, H, W), boxes (bt, n, 4)"""
    b, _, t, rows, columns = image.shape
    scale, patch, n, d = c["stem_scale"], c["patch"], c["queries"], c["width"]
    step = patch // scale
    x = F.pad(image, (0, -columns % step, 0, -rows % step))
    height, width = x.shape[3:]
    if scale == 1:
        x = block("stem.last", block("stem.first", x, 8), 3)
    else:
        x = up_block("stem.up2", up_block("stem.up1", block("stem.first", x, 16), 16), 32)
        x = block("stem.last", block("stem.middle", x, 32), 3)
    x = x.transpose(1, 2).flatten(0, 1)

    e = "sam.image_encoder"
    x = conv2d(e + ".patch_embed.proj", x, c["dim"], patch, patch).permute(0, 2, 3, 1)
    h, w = x.shape[1:3]
    x = x + weight(e + ".pos_embed", 1, *c["table_size"], c["dim"])[:, :h, :w]
    x = (x.reshape(b, t, h, w, -1) + weight("depth_embedding", 1, t, 1, 1, c["dim"])).flatten(0, 1)
    after = []
    for i in range(c["depth"]):
        x = encoder_block(f"{e}.blocks.{i}", x, c, i)
        after.append(volume(x.permute(0, 3, 1, 2), t))
    y = norm2d(e + ".neck.1", conv2d(e + ".neck.0", x.permute(0, 3, 1, 2), d, 1, bias=False))
    embedding = norm2d(e + ".neck.3", conv2d(e + ".neck.2", y, d, 3, bias=False))

    aux, boxes, tokens = generator("generator", volume(embedding, t), [after[i] for i in c["taps"]], c)
    hard = (aux > 0).double()
    hard[..., rows:, :] = 0
    hard[..., columns:] = 0
    boxes = (boxes + tight_boxes(hard.transpose(1, 2), height, width)) / 2

    m = b * t * n
    s = "sam.prompt_encoder"
    frame = c["frame"]
    corners = (boxes.detach() * torch.tensor([width, height, width, height])).floor().reshape(m, 2, 2) * scale
    corner_codes = torch.cat([weight(f"{s}.point_embeddings.{i}.weight", 1, d) for i in (2, 3)])
    sparse = fourier(c, (corners + 0.5) / frame, d) + corner_codes
    prompt = F.interpolate(hard.transpose(1, 2).reshape(m, 1, height, width), (4 * h, 4 * w), mode="nearest")
    y = F.gelu(norm2d(s + ".mask_downscaling.1", conv2d(s + ".mask_downscaling.0", prompt, 4, 2, 2)))
    y = F.gelu(norm2d(s + ".mask_downscaling.4", conv2d(s + ".mask_downscaling.3", y, 16, 2, 2)))
    dense = conv2d(s + ".mask_downscaling.6", y, d, 1)

    yy, xx = torch.meshgrid((torch.arange(h) + 0.5) * patch / frame, (torch.arange(w) + 0.5) * patch / frame, indexing="ij")
    code = fourier(c, torch.stack([xx, yy], -1).double(), d) + weight("depth_code", t, d, h, w).permute(0, 2, 3, 1)
    code = code.reshape(1, t, 1, h * w, d).expand(b, t, n, -1, -1)

    k = "sam.mask_decoder"
    own = torch.cat([weight(k + ".iou_token.weight", 1, d), weight(k + ".mask_tokens.weight", 4, d)])
    classifier = weight("classifier_token", 1, d) + tokens.reshape(m, 1, d)
    q = torch.cat([own[None].expand(m, -1, -1), sparse, classifier], 1).reshape(b, t, n, -1, d)
    pixels = embedding.reshape(b, t, 1, d, h * w) + dense.reshape(b, t, n, d, h * w)
    q, pixels = two_way(k + ".transformer", q, pixels.transpose(3, 4), code, c, (h, w))

    up = pixels.transpose(3, 4).reshape(m, d, h, w)
    u = k + ".output_upscaling"
    up = F.conv_transpose2d(up, weight(u + ".0.weight", d, d // 4, 2, 2), weight(u + ".0.bias", d // 4), stride=2)
    up = F.gelu(norm2d(u + ".1", up))
    up = F.gelu(F.conv_transpose2d(up, weight(u + ".3.weight", d // 4, d // 8, 2, 2), weight(u + ".3.bias", d // 8), stride=2))
    z = q[..., 1, :].reshape(m, d)
    for i, out in enumerate((d, d, d // 8)):
        z = linear(f"{k}.output_hypernetworks_mlps.0.layers.{i}", F.relu(z) if i else z, out)
    low = torch.einsum("mc,mchw->mhw", z, up).reshape(b, t, n, 4 * h, 4 * w)
    if c["mask_convolutions"]:
        x = block("mask_convolutions.first", low.transpose(1, 2), 64)
        x = up_block("mask_convolutions.up2", up_block("mask_convolutions.up1", x, 64), 64)
        masks = conv3d("mask_convolutions.last", x, n).transpose(1, 2).flatten(0, 1)
    else:
        masks = low.flatten(0, 1)
        for size in ((height * scale, width * scale), (height, width)):
            masks = F.interpolate(masks, size, mode="bilinear") if masks.shape[2:] != size else masks
    classes = linear("class_head", q[..., -1, :], c["classes"] + 1).reshape(b * t, n, -1)
    crop = lambda a: a[..., :rows, :columns]
    return {"classes": classes, "masks": crop(masks), "auxiliary_masks": crop(aux.transpose(1, 2).flatten(0, 1)),
            "auxiliary_boxes": boxes.flatten(0, 1)}


def semantic(o):
    return torch.einsum("gnk,gnhw->gkhw", o["classes"].softmax(-1)[..., :-1], o["masks"].sigmoid())
