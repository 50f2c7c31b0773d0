"""How probable it is that a place states a claim against which no rule speaks: learned from claims that readers
labelled, by measures of wording that know no words.
"""
