"""The network under Lightning: its steps, its optimizer, what is logged, and the guard against collapse."""

from __future__ import annotations

import lightning
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from audio_models.tag_vae.config import LossConfig, OptimizerConfig
from audio_models.tag_vae.data import questions
from audio_models.tag_vae.latent import health, scores_of
from audio_models.tag_vae.loss import losses
from audio_models.tag_vae.model import TagVae
from shared.errors import ConsortError
from shared.metrics.tag_controls import CHOSEN_BY, completion

# The figure that the best epoch is chosen by: recall and NDCG at both shares of hidden tags, added up.
COMPLETION = "val/completion"
_DRAWS = 2
# The latent space is judged after so many steps, and so long after the KL's weight is risen.
_GRACE_STEPS, _GRACE_SHARE = 300, 0.1


class TagVaeModule(lightning.LightningModule):
    """Trains a `TagVae`; validation asks for hidden tags of the validation clips."""

    def __init__(
        self, model: TagVae, loss: LossConfig, optimizer: OptimizerConfig, validation: NDArray[np.float32]
    ) -> None:
        """Take the network, what is minimised and how, and the validation clips [clips, concepts]."""
        super().__init__()
        self.model, self.loss, self.optimizer = model, loss, optimizer
        self.validation = validation
        self.asked = questions(validation, _DRAWS)

    @property
    def progress(self) -> float:
        """How much of the training is over, 0 to 1."""
        return self.global_step / max(1, int(self.trainer.estimated_stepping_batches))

    def training_step(self, batch: tuple[Tensor], batch_idx: int) -> Tensor:
        """Return the loss of a batch.

        Raises:
            ConsortError: when it is not a number.
        """
        (tags,) = batch
        found = losses(self.model(tags), tags, self.loss, self.model.config.beta, self.progress)
        if not torch.isfinite(found.total):
            raise ConsortError(
                f"the loss of batch {batch_idx} in epoch {self.current_epoch} is not a number; lower --lr"
            )
        named = {f"train/{name}": value.detach() for name, value in found._asdict().items()}
        self.log_dict(named, on_step=False, on_epoch=True, batch_size=len(tags))
        return found.total

    def on_before_optimizer_step(self, optimizer: torch.optim.Optimizer) -> None:
        """Log how large the gradients are before they are clipped."""
        norms = [weight.grad.norm() for weight in self.model.parameters() if weight.grad is not None]
        self.log("train/gradient_norm", torch.stack(norms).norm(), on_step=False, on_epoch=True)

    def validation_step(self, batch: tuple[Tensor], batch_idx: int) -> None:
        """Log the loss of validation clips, at the full weight of the KL, and what is measured once on all of them.

        Completion, active units and KL are measured here and not when the epoch is over: by then the weights are
        those of the last step again, not their mean.

        Raises:
            ConsortError: when the latent space stayed dead for some epochs after the KL's weight was risen.
        """
        (tags,) = batch
        found = losses(self.model(tags), tags, self.loss, self.model.config.beta)
        named = {f"val/{name}": value for name, value in found._asdict().items()}
        self.log_dict(named, on_step=False, on_epoch=True, batch_size=len(tags), sync_dist=True)
        if batch_idx == 0:
            self._measure()

    def _measure(self) -> None:
        total = 0.0
        figures: dict[str, float] = {}
        for share, asked in self.asked.items():
            found = completion(self._scores, asked)
            figures |= {f"val/{name}_hidden_{share:.0%}".replace("%", ""): value for name, value in found.items()}
            total += sum(found[name] for name in CHOSEN_BY)
        state = health(self.model, self.validation)
        figures |= {"val/kl_nats": state.kl, "val/active_units": float(state.active_units)}
        self.log_dict(figures, batch_size=1, on_step=False, on_epoch=True)
        self.log(COMPLETION, total, prog_bar=True, batch_size=1, on_step=False, on_epoch=True)
        if self.may_judge:
            state.require_alive()

    @property
    def may_judge(self) -> bool:
        """Tell whether the latent space has had time: a network that has hardly begun knows nothing yet."""
        return self.global_step >= _GRACE_STEPS and self.progress >= min(1.0, self.loss.anneal_share + _GRACE_SHARE)

    def _scores(self, known: NDArray[np.floating]) -> NDArray[np.float64]:
        return scores_of(self.model, known)

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Return AdamW."""
        settings = self.optimizer
        return torch.optim.AdamW(
            self.model.parameters(), settings.lr, (settings.beta1, settings.beta2), weight_decay=settings.weight_decay
        )
