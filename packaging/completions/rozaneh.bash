# bash completion for rozaneh: the program itself says what may follow.
_rozaneh() {
  local kind word
  {
    read -r kind
    while IFS=$'\t' read -r word _; do COMPREPLY+=("$word"); done
  } < <(rozaneh complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  case $kind in
    files) compopt -o filenames -o default ;;
    directories) compopt -o filenames -o dirnames ;;
  esac
}
complete -F _rozaneh rozaneh
