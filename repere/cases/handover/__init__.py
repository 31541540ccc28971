"""From one referent to the next: nothing is left without somebody who follows it."""
