import{useSyncExternalStore as o}from"react";function e({subscribe:t,getSnapshot:n}){return o(t,n,n)}function i(t){return e(t.conversations.list)}function r(t,n){return e(t.conversation(n))}function s(t){return e(t.connection)}export{s as useConnectionState,r as useConversation,i as useConversations};
//# sourceMappingURL=react.js.map
