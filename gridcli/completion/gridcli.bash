# gridcli completion for bash, 4.4 or newer: made by `gridcli completion bash`.
_gridcli_completion() {
    local kind value IFS=$'\t'
    local -a kinds=()
    COMPREPLY=()
    while read -r kind value; do
        kinds+=("$kind")
        case $kind in
            file) compopt -o default ;;
            dir) compopt -o dirnames ;;
            plain | part) COMPREPLY+=("$value") ;;
        esac
    done < <(COMP_WORDS=${COMP_LINE:0:COMP_POINT} COMP_WORDBREAKS=$COMP_WORDBREAKS \
        _GRIDCLI_COMPLETE=bash_complete "${1/#\~/$HOME}" 2>/dev/null)
    # What can still grow, such as a folder, is not ended with a space.
    [[ ${#kinds[@]} == 1 && ${kinds[0]} == part ]] && compopt -o nospace
    return 0
}
if ((BASH_VERSINFO[0] > 4 || BASH_VERSINFO[0] == 4 && BASH_VERSINFO[1] >= 4)); then
    complete -o nosort -F _gridcli_completion gridcli
fi
