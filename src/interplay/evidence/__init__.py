"""Evidence: what a metric may look at; one file for each exhibit, a value that holds no engine."""

from interplay.data.groups import Grouping as Grouping
from interplay.evidence._evidence import Evidence as Evidence
from interplay.evidence._evidence import present as present
from interplay.evidence._exhibit import Exhibit as Exhibit
from interplay.evidence._exhibit import Planned as Planned
from interplay.evidence._exhibit import RandomModels as RandomModels
from interplay.evidence._exhibit import rests_on as rests_on
from interplay.evidence._rows import Rows as Rows
from interplay.evidence._tabulated import tabulated as tabulated
from interplay.evidence.adversarial_scores import AdversarialScores as AdversarialScores
from interplay.evidence.attacked import Attacked as Attacked
from interplay.evidence.category_flips import CategoryFlips as CategoryFlips
from interplay.evidence.decision_rule import DecisionRule as DecisionRule
from interplay.evidence.distances import Distances as Distances
from interplay.evidence.explanations import Explanations as Explanations
from interplay.evidence.logits import Logits as Logits
from interplay.evidence.memberships import Memberships as Memberships
from interplay.evidence.prediction_sets import PredictionSets as PredictionSets
from interplay.evidence.predictions import Predictions as Predictions
from interplay.evidence.privacy_guarantee import PrivacyGuarantee as PrivacyGuarantee
from interplay.evidence.rightly_decided import RightlyDecided as RightlyDecided
from interplay.evidence.scores import Scores as Scores
from interplay.evidence.switched_odds import SwitchedOdds as SwitchedOdds
