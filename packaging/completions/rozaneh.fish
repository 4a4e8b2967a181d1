# fish completion for rozaneh: the program itself says what may follow.
function __rozaneh_complete
    set -l typed (commandline -opc) (commandline -ct)
    set -l answer (rozaneh complete $typed[2..-1] 2>/dev/null)
    switch "$answer[1]"
        case files
            __fish_complete_path (commandline -ct)
        case directories
            __fish_complete_directories (commandline -ct)
        case words
            string join \n -- $answer[2..-1]
    end
end
complete -c rozaneh -f -a '(__rozaneh_complete)'
