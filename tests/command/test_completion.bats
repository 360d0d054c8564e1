#!/usr/bin/env bats
# Copyright (c) 2026 The Bulkhead authors.
# SPDX-License-Identifier: Apache-2.0
# Completion in bash, zsh and fish: subcommands, options, names of scenarios and of the catalog.

load ../support/common

setup() {
    cd "$BATS_TEST_TMPDIR"
    mkdir bin
    printf '#!/bin/sh\nexec "%s" "$@"\n' "$BULKHEAD" >bin/bulkhead
    chmod +x bin/bulkhead
    PATH=$BATS_TEST_TMPDIR/bin:$PATH
    cp "$SOURCE_DIRECTORY/experiments/balance.yaml" .
}

# What bash offers behind a line, one a line.
offered_by_bash() {
    LINE=$1 bash --norc -c '
        eval "$(bulkhead completion bash)"
        COMP_LINE=$LINE COMP_POINT=${#LINE}
        _bulkhead
        printf "%s\n" "${COMPREPLY[@]}"' 2>/dev/null
}

offered_by_fish() {
    LINE=$1 HOME=$BATS_TEST_TMPDIR fish --no-config -c 'bulkhead completion fish | source; complete -C "$LINE"'
}

# Types a line and a tab into an interactive zsh, and shows what it made of it.
offered_by_zsh() {
    bulkhead completion zsh >_bulkhead
    cat >type.zsh <<'END'
zmodload zsh/zpty
zpty shell TERM=dumb zsh -f -i
zpty -w shell "PS1=; unsetopt zle_bracketed_paste beep; PATH=$PATH; autoload -Uz compinit; compinit -u -D; source ./_bulkhead; setopt list_packed no_list_beep; print rea''dy"
while zpty -r shell line; do [[ $line = *ready* && $line != *print* ]] && break; done
zpty -w -n shell "$1"$'\t'
sleep 2
zpty -w -n shell $'\C-u'"print en''d"$'\n'
while zpty -r shell line; do print -r -- "$line"; [[ $line = *end* && $line != *print* ]] && break; done
zpty -d shell
END
    timeout 60 zsh -f type.zsh "$1"
}

@test "each subcommand and each of its options is offered, as help lists them" {
    local command option
    for command in $(bulkhead help | sed -n 's/^  \([a-z-]*\) .*/\1/p'); do
        expect_text "$(offered_by_bash 'bulkhead ')" "$command"
        [ "$command" != help ] || continue
        offered_by_bash "bulkhead $command --" >offered
        bulkhead help "$command" | grep -o -- '  *-.*' | grep -o -E -- '(^|[ ,])--[a-z-]+' | tr -d ' ,' | sort -u >listed
        [ -s listed ]
        while read -r option; do
            grep -q -x -e "$option=\?" offered || { echo "$command $option" >&2; return 1; }
        done <listed
    done
}

@test "bash: names of a scenario, of cases, formats and shells" {
    [ "$(offered_by_bash 'bulkhead valid')" = validate ]
    [ "$(offered_by_bash 'bulkhead validate dal')" = daly ]
    expect_text "$(offered_by_bash 'bulkhead schema ')" campaign catalog
    [ "$(offered_by_bash 'bulkhead completion z')" = zsh ]
    [ "$(offered_by_bash 'bulkhead run balance.yaml --engine=sim')" = simgrid ]
    # bash takes what stands before `=` for a word of its own.
    expect_text "$(offered_by_bash 'bulkhead check balance.yaml --point nodes=')" 1048576
    [ "$(offered_by_bash 'bulkhead check balance.yaml -p nodes=104')" = 1048576 ]
    [ "$(offered_by_bash 'bulkhead check balance.yaml --point=spares=wa')" = warm ]
    expect_text "$(offered_by_bash 'bulkhead contain balance.yaml --policy k')" 'kvm\ protection-first'
    [ "$(offered_by_bash 'bulkhead run balance.yaml --set models.recovery.node-re')" = models.recovery.node-reboot= ]
    [ -z "$(offered_by_bash 'bulkhead run ')" ] # files, by bash itself
}

@test "fish offers the same" {
    command -v fish >/dev/null || skip 'no fish'
    expect_text "$(offered_by_fish 'bulkhead val')" validate 'closed form'
    expect_text "$(offered_by_fish 'bulkhead run --rep')" --replicas
    expect_text "$(offered_by_fish 'bulkhead validate d')" daly
    expect_text "$(offered_by_fish 'bulkhead check balance.yaml --point ')" nodes=1048576 spares=warm
    expect_text "$(offered_by_fish 'bulkhead run balance.yaml --set models.recovery.node')" models.recovery.node-reboot=
}

@test "zsh offers the same" {
    command -v zsh >/dev/null || skip 'no zsh'
    bulkhead completion zsh >script
    zsh -n script
    expect_text "$(offered_by_zsh 'bulkhead valid')" 'bulkhead validate'
    expect_text "$(offered_by_zsh 'bulkhead run --repl')" --replicas=
    expect_text "$(offered_by_zsh 'bulkhead validate dal')" daly
    expect_text "$(offered_by_zsh 'bulkhead check balance.yaml --point=nodes=104')" nodes=1048576
}

@test "what it is asked for wrongly it says" {
    run_bulkhead completion tcsh
    expect_status 2
    expect_text "$errors" tcsh 'bash, zsh or fish'
    run_bulkhead completion --names=points
    expect_status 2
    run_bulkhead completion --names=points "$SOURCE_DIRECTORY/tests/bad/unknown-key.yaml"
    expect_status 2
}
