import type { libraries as en } from '../en/libraries';

export const libraries: typeof en = {};
