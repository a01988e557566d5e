# gridcli completion for fish: made by `gridcli completion fish`.
function _gridcli_completion
    set -l program (string replace -r '^~' $HOME -- (commandline -opc)[1])
    for line in (COMP_WORDS=(commandline -cp | string collect) \
            _GRIDCLI_COMPLETE=fish_complete $program 2>/dev/null)
        set -l item (string split -m 2 -- \t $line)
        switch $item[1]
            case file
                __gridcli_under $item[3] (__fish_complete_path $item[2])
            case dir
                __gridcli_under $item[3] (__fish_complete_directories $item[2])
            case plain part
                printf '%s\t%s\n' $item[2] $item[3]
        end
    end
end
function __gridcli_under --description 'the paths, after an option and its equals sign'
    for path in $argv[2..]
        echo $argv[1]$path
    end
end
complete --command gridcli --no-files --keep-order --arguments '(_gridcli_completion)'
