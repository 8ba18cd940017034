"""Exhibits: how each is made from trained models; one maker a file."""

from interplay.exhibits._catalogue import makers as makers
from interplay.exhibits._explaining import Explainer as Explainer
from interplay.exhibits._fitted import cuts_of_refits as cuts_of_refits
from interplay.exhibits._fitted import refitted_odds as refitted_odds
from interplay.exhibits._maker import Maker as Maker
from interplay.exhibits._memo import Memo as Memo
from interplay.exhibits._refitting import refitted as refitted
from interplay.exhibits._setting import UNMOVED as UNMOVED
from interplay.exhibits._setting import EvaluationSetting as EvaluationSetting
from interplay.exhibits._setting import evaluation_setting as evaluation_setting
from interplay.exhibits._setting import looked_at as looked_at
from interplay.exhibits._setting import rows_of as rows_of
from interplay.exhibits._setting import some_places as some_places
