"""PyTorch. The second argument is `channels-last`, the layout in which convolutions see their images, or `default`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from torch import nn  # noqa: E402

from serve import operands, samples, serve, timed  # noqa: E402

layout = torch.channels_last if sys.argv[2] == "channels-last" else torch.contiguous_format


class Block(nn.Module):
    def __init__(self, channels, filters, strides):
        super().__init__()
        self.first = nn.Conv2d(channels, filters, 3, strides, padding=1, bias=False)
        self.first_norm = nn.BatchNorm2d(filters)
        self.second = nn.Conv2d(filters, filters, 3, padding=1, bias=False)
        self.second_norm = nn.BatchNorm2d(filters)
        self.shortcut = nn.Identity()
        if strides > 1:
            self.shortcut = nn.Sequential(nn.Conv2d(channels, filters, 1, strides, bias=False), nn.BatchNorm2d(filters))

    def forward(self, x):
        y = F.relu(self.first_norm(self.first(x)))
        return F.relu(self.second_norm(self.second(y)) + self.shortcut(x))


def resnet20():
    blocks = [Block(16, 16, 1), Block(16, 16, 1), Block(16, 16, 1), Block(16, 32, 2), Block(32, 32, 1)]
    blocks += [Block(32, 32, 1), Block(32, 64, 2), Block(64, 64, 1), Block(64, 64, 1)]
    start = [nn.Conv2d(3, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU()]
    model = nn.Sequential(*start, *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))
    return model, torch.optim.SGD(model.parameters(), 0.1, momentum=0.9)


def lenet():
    model = nn.Sequential(
        *[nn.Conv2d(1, 20, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(20, 50, 5), nn.ReLU(), nn.MaxPool2d(2)],
        *[nn.Flatten(), nn.Linear(800, 500), nn.ReLU(), nn.Linear(500, 10)],
    )
    return model, torch.optim.Adam(model.parameters())


def mlp():
    model = nn.Sequential(nn.Linear(784, 300), nn.ReLU(), nn.Linear(300, 100), nn.ReLU(), nn.Linear(100, 10))
    return model, torch.optim.Adam(model.parameters())


MODELS = {"lenet": lenet, "mlp": mlp, "resnet20": resnet20}


def model_and_data(task):
    model, optimizer = MODELS[task["model"]]()
    images, labels = samples(task, task["batch"])
    x = torch.from_numpy(images)
    if x.ndim == 4:
        x = x.permute(0, 3, 1, 2).contiguous(memory_format=layout)
        model = model.to(memory_format=layout)
    return model, optimizer, x, torch.from_numpy(labels).long()


def train(task):
    """Steps with the loss and the accuracy that Keras would show."""
    model, optimizer, x, y = model_and_data(task)

    def work(units):
        shown = 0.0
        for _ in range(units):
            optimizer.zero_grad(set_to_none=True)
            logits = model(x)
            loss = F.cross_entropy(logits, y)
            loss.backward()
            optimizer.step()
            shown += loss.item() + (logits.argmax(1) == y).float().mean().item()

    return work


def predict(task):
    model, _, x, _ = model_and_data(task)
    model.eval()

    def call():
        with torch.inference_mode():
            F.softmax(model(x), 1).numpy()

    return timed(call)


def matmul(task):
    a, b = (torch.from_numpy(x) for x in operands([(task["size"],) * 2] * 2))

    def work(units):
        with torch.inference_mode():
            for _ in range(units):
                torch.mm(a, b)

    return work


def convolution(task):
    """Forward, and the gradients to image and kernel."""
    size, channels, batch = task["size"], task["channels"], task["batch"]
    groups = channels if task["kind"] == "depthwise" else 1
    image = (batch, channels, size, size)
    x, w, dy = (
        torch.from_numpy(array).contiguous(memory_format=layout)
        for array in operands([image, (channels, channels // groups, 3, 3), image])
    )
    x.requires_grad_()
    w.requires_grad_()

    def work(units):
        for _ in range(units):
            y = F.conv2d(x, w, padding=1, groups=groups)
            torch.autograd.grad(y, [x, w], dy)

    return work


MAKERS = {"train": train, "predict": predict, "matmul": matmul, "convolution": convolution, "depthwise": convolution}

serve(lambda task: MAKERS[task["kind"]](task), torch.__version__)
