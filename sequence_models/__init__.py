from shared.stack import require

require("tensorflow", "requirements-tf.txt")
require("keras", "requirements-tf.txt")
