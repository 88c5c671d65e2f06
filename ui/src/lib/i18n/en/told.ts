// What the program says in words of a terminal, as the window says it. Everything else is shown as the program wrote it.

export const told: Record<string, string> = {
  'the notes have no vectors yet: results are by keywords only; run `sidenote sync`':
    'the notes have no vectors yet: results are by keywords only; check the libraries again',
  'the keyword index cannot be read: results are by meaning only; run `sidenote sync`':
    'the keyword index cannot be read: results are by meaning only; check the libraries again',
  'the keyword index cannot be read, and without it nothing can be listed; run `sidenote sync`':
    'the keyword index cannot be read, and without it nothing can be listed; check the libraries again',
  'index as of {}: {} changed since; run `sidenote sync`': 'index as of {}: {} changed since; see Libraries',
  'the note has changed: this is the passage as it was indexed; run `sidenote sync`':
    'the note has changed: this is the passage as it was indexed',
  'the file is gone: this is the passage as it was indexed; run `sidenote sync`':
    'the file is gone: this is the passage as it was indexed',
  '{} sentence(s) were left out: their note has changed or is gone; run `sidenote sync`':
    '{} sentence(s) were left out: their note has changed or is gone',
  '{} files of the folder could not be read; `sidenote status --files` says why':
    '{} files of the folder could not be read; the list of its library’s files says why',
  'the folder `{}` of library `{}` is not there: its notes were kept as they were indexed; plug it in again, or `sidenote library remove {}`':
    'the folder `{}` of library `{}` is not there: its notes were kept as they were indexed; plug it in again, or remove the library',
  'choose a name without `/`, with --name': 'its name must not hold a `/`: rename the folder',
  'add a folder with `sidenote library add FOLDER`': 'add a folder under Libraries',
  'add one with `sidenote library add FOLDER`': 'add a folder under Libraries',
  'choose another name with --name': 'rename the folder, then add it again',
  'run `sidenote sync` to read it again': 'check it again under Libraries',
  'name it by its path in the library or by its title; `sidenote status --files` lists them':
    'name it by its path in the library or by its title',
  'free some disk space and run the command again; nothing was lost': 'free some disk space and try again; nothing was lost',
  'free some space and run the command again; nothing was lost': 'free some disk space and try again; nothing was lost',
  'move `catalog.sqlite` away and run `sidenote sync`: your notes are untouched and are indexed again':
    'move `catalog.sqlite` out of the data folder and open Sidenote again: your notes are untouched and are indexed again',
  'download it with `sidenote models pull {}` (about {} MB)': 'download it under Settings › Models (about {2} MB)',
  'download it with `sidenote models pull {}`': 'download it under Settings › Models',
  'run `sidenote models remove {}`, then install it again': 'remove it under Settings › Models, then install it again',
  'run `sidenote models verify {}`': 'remove it under Settings › Models, then install it again',
  'try again; if it happens again, choose another one, or none with `sidenote models use --no-reranker`':
    'try again; if it happens again, choose another one or none',
  'its file is damaged or was made badly: check it with `sidenote models verify`, or choose another one':
    'its file is damaged or was made badly: install it again, or choose another one',
  'close other programs, or choose a smaller model with `sidenote models use`': 'close other programs, or choose a smaller model',
  'look whether its address in `[models] endpoint` is right and it is running, or choose another generator with `sidenote models use`':
    'look whether its address in `[models] endpoint` is right and it is running, or choose another generator',
  'try again later, or choose another generator with `sidenote models use`': 'try again later, or choose another generator',
  'to install another revision or file of it, run `sidenote models remove {}` first':
    'to install another revision or file of it, remove it first',
  'free some disk space and run the command again, or choose a smaller model':
    'free some disk space and try again, or choose a smaller model',
  'run `sidenote models remove {}` first, or choose another name with --name': 'remove it first, or rename what you import',
  'choose one of letters (A to Z), digits, `-`, `_` and `.`, with --name':
    'rename it with letters (A to Z), digits, `-`, `_` and `.`',
  'choose another name for the model with --name': 'rename what you import',
  'run `sidenote models import {}`, which says the name that it gets': 'import that file under Settings › Models',
  '`sidenote models list` says which can be had': 'Settings › Models says which can be had',
  'installed are {}; `sidenote models list` says which others can be had':
    'installed are {}; Settings › Models says which others can be had',
  'choose another file with --file, or another model': 'choose another file or another model',
  'run the command again; if it happens again, try another hub with `--mirror URL`':
    'try again; if it happens again, try another hub',
  'what has come is kept: run the command again to go on from there, or try `--mirror auto`':
    'what has come is kept: try again to go on from there',
  'what has come is kept: try again later, or try `--mirror auto`': 'what has come is kept: try again later',
  'check the connection; HTTPS_PROXY names a proxy, and `sidenote models import` takes files that were fetched elsewhere':
    'check the connection; HTTPS_PROXY names a proxy, and files that were fetched elsewhere can be imported',
  'check the connection; HTTPS_PROXY names a proxy, `--mirror auto` or HF_ENDPOINT another hub, and `sidenote models import` takes files that were fetched elsewhere':
    'check the connection; HTTPS_PROXY names a proxy, HF_ENDPOINT another hub, and files that were fetched elsewhere can be imported',
  'check the address, or try `--mirror auto`': 'check the address, or try another hub',
  'check that the address is a model hub, or try `--mirror auto`': 'check that the address is a model hub',
  'write it with https:// in front, for example https://hf-mirror.com, or `--mirror auto`':
    'write it with https:// in front, for example https://hf-mirror.com',
  'choose one with --file: {}': 'there are: {}',
  'choose a model of the Qwen 2, Qwen 3, Llama or Phi 3 family; `sidenote models list` names some':
    'choose a model of the Qwen 2, Qwen 3, Llama or Phi 3 family; Settings › Models names some',
  'choose another name with --name, or a file that ends in .gguf': 'rename what you import, or choose a file that ends in .gguf',
  'it needs no download and no check; `sidenote models use {}` goes back to it':
    'it needs no download and no check; choose it under Settings › Models to go back to it',
  'check the name given with --revision': 'check the name of the revision',
  'update Sidenote, or use another folder with --data-dir': 'update Sidenote',
  '`sidenote models list` says what each model does': 'Settings › Models says what each model does',
};
