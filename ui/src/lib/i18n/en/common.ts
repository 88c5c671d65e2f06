export const common = {
  ask: 'Ask',
  search: 'Look up',
  notes: 'Notes',
  libraries: 'Libraries',
  settings: 'Settings',
};
