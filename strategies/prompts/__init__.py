"""The prompts of the strategist, one file each; their version is kept with every turn."""

from pathlib import Path

from chat.prompts import Prompts

FOLDER = Path(__file__).parent

prompt = Prompts(FOLDER)
