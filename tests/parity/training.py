"""Python's nnU-Net trains on VoxArena's store, and goes on from VoxArena's checkpoint.

usage: training.py WORK MODEL ITERATIONS
MODEL is an exported model folder of one fold. Trains MODEL's plans anew for folds 0 and 1, which become WORK/python/model;
then goes on from MODEL's checkpoint for an epoch of five iterations.
"""
import sys
from pathlib import Path

from side_by_side import finish, load, np, row, use_folders


class Exported:
    """A model folder that VoxArena wrote."""

    def __init__(self, folder):
        self.folder = Path(folder).resolve()
        self.plans, self.dataset = load(self.folder / "plans.json"), load(self.folder / "dataset.json")
        (self.configuration,) = self.plans["configurations"]
        self.fold = int(next(self.folder.glob("fold_*")).name[len("fold_"):])
        self.checkpoint = self.folder / f"fold_{self.fold}/checkpoint_final.pth"

    def trainer(self, tag, fold, iterations):
        """Python's, on the store of the variable nnUNet_preprocessed; `tag` names its plans, and so its results."""
        import torch
        from nnunetv2.training.nnUNetTrainer.nnUNetTrainer import nnUNetTrainer
        trainer = nnUNetTrainer({**self.plans, "plans_name": tag, "continue_training": False}, self.configuration, fold,
                                self.dataset, torch.device("cpu"))
        trainer.num_iterations_per_epoch, trainer.num_val_iterations_per_epoch = iterations, 2
        trainer.initialize()
        return trainer


def losses(trainer):
    return trainer.logger.local_logger.my_fantastic_logging["train_losses"]


def train(model, tag, fold, epochs, iterations):
    """Mean training loss of each epoch, and the model folder."""
    trainer = model.trainer(tag, fold, iterations)
    trainer.num_epochs = epochs
    trainer.run_training()
    values = losses(trainer)
    assert len(values) == epochs and np.isfinite(values).all(), values
    return values, Path(trainer.output_folder_base)


def go_on(model):
    """One more epoch of five iterations; the number of past epochs, their last loss and the new one."""
    import torch
    safe = torch.load(model.checkpoint, weights_only=True)
    trainer = model.trainer("more", model.fold, 5)
    trainer.load_checkpoint(str(model.checkpoint))
    epochs = trainer.current_epoch
    assert epochs == safe["current_epoch"] > 0
    momentum = [state["momentum_buffer"] for state in trainer.optimizer.state.values()]
    assert len(momentum) == len(list(trainer.network.parameters())) and any(m.abs().max() > 0 for m in momentum)
    trainer.num_epochs = epochs + 1
    trainer.run_training()
    lengths = {key: len(values) for key, values in trainer.logger.local_logger.my_fantastic_logging.items()}
    assert set(lengths.values()) == {epochs + 1}, lengths
    return epochs, losses(trainer)[-2], losses(trainer)[-1]


def main():
    work, iterations = use_folders(sys.argv[1], "ours"), int(sys.argv[3])
    model, epochs = Exported(sys.argv[2]), 4
    for fold in (0, 1):
        values, folder = train(model, "python", fold, epochs, iterations // epochs)
        row(f"Python trains on our store, fold {fold}, {iterations} iterations", "loss falls",
            f"{values[0]:.3f} to {values[-1]:.3f}", values[-1] < values[0])
    (work / "python/model").symlink_to(folder)
    past, before, after = go_on(model)
    row(f"Python goes on from our checkpoint, after {past} epochs", "loss below that of a new network",
        f"{after:.3f} (ours at the end {before:.3f}, new {values[0]:.3f})", np.isfinite(after) and after < values[0])
    finish()


if __name__ == "__main__":
    main()
