import { render } from 'preact';
import 'uplot/dist/uPlot.min.css';
import './style/tokens.css';
import './style/base.css';
import './style/parts.css';
import './style/notice.css';
import './style/overlay.css';
import './style/board.css';
import './style/episode.css';
import './style/operations.css';
import './style/review.css';
import './style/chart.css';
import './style/timeline.css';
import './style/production.css';
import './style/actors.css';
import './style/narrow.css';
import { App } from './app.js';
import { readToken, takeToken } from './api/token.js';
import { loadChart } from './chart/load.js';
import { stayConnected } from './live/connection.js';
import { followAddress, readRoute, route } from './live/router.js';
import { showSigns } from './parts/shown-signs.js';

/** The board comes first. */
const chartAfterMs = 800;

showSigns();
takeToken();
route.set({ current: readRoute() });
followAddress();
const place = document.getElementById('page');
if (place) render(<App />, place);
void stayConnected();
// What fails here is told where the chart is shown.
if (readToken() !== null) setTimeout(() => void loadChart().catch(() => undefined), chartAfterMs);
