import type { common as en } from '../en/common';

export const common: typeof en = {
  ask: '提问',
  search: '查找',
  notes: '笔记',
  libraries: '笔记库',
  settings: '设置',
};
