/** The look a publication has that sets nothing of it. */
import { standInSettings } from '../../src/config/load.js';

export const { design: DESIGN } = (await standInSettings('.')).publication;
