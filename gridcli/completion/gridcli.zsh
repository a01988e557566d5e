#compdef gridcli
# gridcli completion for zsh: made by `gridcli completion zsh`.
_gridcli_completion() {
    local kind value help
    local -a lines plain parts described
    lines=("${(@f)$(COMP_WORDS="${(j: :)words[1,CURRENT-1]} $PREFIX" \
        _GRIDCLI_COMPLETE=zsh_complete ${(Q)~words[1]} 2>/dev/null)}")
    for kind value help in "${lines[@]}"; do
        case $kind in
            file) compset -P '--*='; _path_files -f ;;
            dir) compset -P '--*='; _path_files -/ ;;
            part) parts+=("$value") ;;
            plain) if [[ -n $help ]]; then described+=("${value//:/\\:}:$help"); else plain+=("$value"); fi ;;
        esac
    done
    (( $#described )) && _describe -V gridcli described -U
    (( $#plain )) && compadd -U -V gridcli-values -a plain
    # What can still grow, such as a folder, is not ended with a space.
    (( $#parts )) && compadd -U -V gridcli-parts -S '' -a parts
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _gridcli_completion "$@"
else
    compdef _gridcli_completion gridcli
fi
