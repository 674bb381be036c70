#!/bin/sh
# A campaign with GNU parallel: on the cores of this machine, or of all machines in hosts.txt (one name a line; Trialrun and the .properties files in the same
# folder on each). What is killed goes on where it stopped when the script is started again.
set -eu
shards=16
on=$([ -f hosts.txt ] && echo '--sshloginfile hosts.txt --workdir . --return shard-{}.jsonl' || echo '')
# shellcheck disable=SC2086
seq "$shards" | parallel --joblog campaign.log --retries 3 $on \
  npx trialrun check --seeds 200000 --workers 1 --shard {}/$shards --results shard-{}.jsonl --resume --out /tmp/reports-{}
npx trialrun merge shard-*.jsonl --summary summary.json
