"""Families of models: all that a kind of model knows of itself; one file or folder each."""

from interplay.families._catalogue import families as families
from interplay.families._catalogue import family_of as family_of
from interplay.families._family import ATTACK_RESTARTS as ATTACK_RESTARTS
from interplay.families._family import ATTACK_STEPS as ATTACK_STEPS
from interplay.families._family import LARGEST_DISTANCE as LARGEST_DISTANCE
from interplay.families._family import NO_ACTIVATIONS as NO_ACTIVATIONS
from interplay.families._family import NO_PROBABILITIES as NO_PROBABILITIES
from interplay.families._family import Adversary as Adversary
from interplay.families._family import AttackSetting as AttackSetting
from interplay.families._family import AttackWords as AttackWords
from interplay.families._family import DecisionAdversary as DecisionAdversary
from interplay.families._family import Family as Family
from interplay.families._family import Members as Members
from interplay.families._family import Order as Order
from interplay.families._family import Stack as Stack
from interplay.families._setting import TrainingSetting as TrainingSetting
from interplay.families._setting import acting as acting
from interplay.families._setting import budget as budget
from interplay.families._setting import remade as remade
from interplay.families._setting import training_setting as training_setting
