from shared.stack import require

require("torch", "requirements-torch.txt")
require("torchaudio", "requirements-torch.txt")
