// Only carries the precompiled header of the layers that stand on libtorch.
