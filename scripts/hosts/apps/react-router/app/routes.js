import { index, route } from '@react-router/dev/routes';

export default [
  index('routes/home.jsx'),
  route('chat', 'routes/chat.jsx'),
  route('stream', 'routes/stream.jsx'),
];
