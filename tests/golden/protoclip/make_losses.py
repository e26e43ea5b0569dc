# Makes losses.safetensors: ProtoCLIP's loss terms and gradients in plain PyTorch, float64.
# torch==2.14.1 safetensors (any); run: python make_losses.py
import torch
import torch.nn.functional as F
from safetensors.torch import save_file

torch.manual_seed(7)
torch.set_num_threads(1)
B, M, D, E, K = 12, 40, 16, 6, 9
TAU, LOG_SCALE, LOG_PROTO = 0.05, 2.3, 1.9
out = {}


def unit(*shape):
    return F.normalize(torch.randn(*shape, dtype=torch.float64), dim=1)


def labels(absent):
    """Labels of M samples among K clusters, none of them in `absent`."""
    allowed = torch.tensor([k for k in range(K) if k not in absent])
    return allowed[torch.randint(len(allowed), (M,))]


def means(rows, label):
    """The slow way: cluster by cluster. An empty one stays zero."""
    table = torch.zeros(K, rows.shape[1], dtype=rows.dtype)
    for k in range(K):
        if (label == k).any():
            table[k] = rows[label == k].mean(0)
    return table


def present(label):
    return torch.tensor([bool((label == k).any()) for k in range(K)])


def side(h, students, teachers, label, mask, scale, tau):
    """Leaves absent clusters out by selecting the present ones: no masking that could be wrong in the same way."""
    kept = mask.nonzero().flatten()
    where = torch.full((K,), -1)
    where[kept] = torch.arange(len(kept))
    logits = scale * h @ students[kept].T
    if tau <= 0:
        return F.cross_entropy(logits, where[label])
    target = torch.softmax(teachers[kept] @ teachers[label].T / tau, dim=0).T
    return F.cross_entropy(logits, target)


data = {"h_image": unit(M, D), "h_text": unit(M, D), "teacher": unit(M, E), "z_image": unit(B, D), "z_text": unit(B, D)}
data |= {"label_image": labels({2}), "label_text": labels({0, 5}), "label_teacher": labels({8})}
positions = torch.randperm(M)[:B]
out |= data | {"positions": positions}


def case(name, tau, back_translation, normalise, teacher_tau):
    z_i, z_t = data["z_image"].clone().requires_grad_(), data["z_text"].clone().requires_grad_()
    h_i = data["h_image"][positions].clone().requires_grad_()
    h_t = data["h_text"][positions].clone().requires_grad_()
    log_scale = torch.tensor(LOG_SCALE, dtype=torch.float64, requires_grad=True)
    log_proto = torch.tensor(LOG_PROTO, dtype=torch.float64, requires_grad=True)
    s, sp = log_scale.exp(), log_proto.exp()
    norm = (lambda x: F.normalize(x, dim=1)) if normalise else (lambda x: x)
    a_i, a_t, a_e = data["label_image"], data["label_text"], data["label_teacher"]
    c_i, c_t, c_e = (norm(means(data[n], a)) for n, a in (("h_image", a_i), ("h_text", a_t), ("teacher", a_e)))
    p_i = norm(means(data["h_image"], a_t)) if back_translation else c_t
    p_t = norm(means(data["h_text"], a_i)) if back_translation else c_i
    e_i, e_t = norm(means(data["h_image"], a_e)), norm(means(data["h_text"], a_e))
    logits = s * z_i @ z_t.T
    own = torch.arange(B)
    clip = (F.cross_entropy(logits, own) + F.cross_entropy(logits.T, own)) / 2
    prototype = (side(h_i, p_i, c_t, a_t[positions], present(a_t), sp, tau)
                 + side(h_t, p_t, c_i, a_i[positions], present(a_i), sp, tau)) / 2
    teacher = (side(h_i, e_i, c_e, a_e[positions], present(a_e), sp, teacher_tau)
               + side(h_t, e_t, c_e, a_e[positions], present(a_e), sp, teacher_tau)) / 2
    total = clip + 0.7 * prototype + 0.4 * teacher
    total.backward()
    values = {"clip": clip, "prototype": prototype, "teacher": teacher, "total": total, "c_image": c_i, "c_text": c_t,
              "c_teacher": c_e, "p_image": p_i, "p_text": p_t, "e_image": e_i, "e_text": e_t}
    grads = {"z_image": z_i, "z_text": z_t, "h_image": h_i, "h_text": h_t, "log_scale": log_scale, "log_proto": log_proto}
    for key, value in values.items():
        out[f"{name}/{key}"] = value.detach().clone()
    for key, value in grads.items():
        out[f"{name}/grad/{key}"] = value.grad.clone()


case("soft", TAU, True, False, -1)
case("one_hot", -1, True, False, -1)
case("normalised", TAU, True, True, TAU)
case("opposite", TAU, False, False, -1)
save_file({name: value.contiguous() for name, value in out.items()}, "losses.safetensors")
