// Generated from openapi/native.json by packages/client/generate.mjs.
export interface paths {
    "/v1/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List keys
         * @description Scope: `admin`.
         */
        get: operations["listKeys"];
        put?: never;
        /**
         * Make a key
         * @description The answer to a repetition by Idempotency-Key has no `key`: only its hash is kept. A key of a dialect is shown in the form that the dialect’s document has, and has no scopes of its own.
         *
         *     Scope: `admin`.
         */
        post: operations["createKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete a key
         * @description It is refused from then on. Admins may delete any tenant’s.
         *
         *     Scope: `admin`.
         */
        delete: operations["deleteKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List tenants
         * @description Scope: `admin`.
         */
        get: operations["listTenants"];
        put?: never;
        /**
         * Make a tenant
         * @description Everything that a customer owns belongs to one tenant and is invisible to others.
         *
         *     Scope: `admin`.
         */
        post: operations["createTenant"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tenants/{tenant}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * See a tenant
         * @description Scope: `admin`.
         */
        get: operations["getTenant"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change a tenant
         * @description What is absent stays as it is.
         *
         *     Scope: `admin`.
         */
        patch: operations["updateTenant"];
        trace?: never;
    };
    "/v1/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * See what the tenant uses
         * @description A message is counted when it is accepted, whatever becomes of it; a number when it is looked up.
         *
         *     Scope: `manage` or `read`.
         */
        get: operations["getUsage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was done, by which key
         * @description Keys, tenants, sessions, pairings, webhooks and rules: made, changed and deleted; contacts exported and forgotten. Newest first.
         *
         *     Scope: `manage`.
         */
        get: operations["listAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/alerts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What is wrong now
         * @description Each is told by the events `alert.raised` and `alert.cleared` as well.
         *
         *     Scope: `manage` or `read`.
         */
        get: operations["listAlerts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List sessions
         * @description Scope: `manage` or `read`.
         */
        get: operations["listSessions"];
        put?: never;
        /**
         * Create a session and start it
         * @description It shows a QR code next: see `GET /v1/sessions/{session}/qr`.
         *
         *     Scope: `manage`.
         */
        post: operations["createSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take over an account that is paired elsewhere
         * @description Makes a session of a folder of Baileys’ `useMultiFileAuthState`, and starts it: nobody scans a code. Stop the other program first and never start it again with that folder: two programs of one device throw each other off.
         *
         *     Scope: `manage`.
         */
        post: operations["importSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{session}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Look at a session
         * @description Scope: `manage` or `read`.
         */
        get: operations["getSession"];
        put?: never;
        post?: never;
        /**
         * Delete a session
         * @description Unlinks the device where it is connected and deletes all that was stored of the session.
         *
         *     Scope: `manage`.
         */
        delete: operations["deleteSession"];
        options?: never;
        head?: never;
        /**
         * Change a session’s name, proxy, metadata or settings
         * @description `metadata` takes the place of the former one as a whole; of `settings` what is not named stays.
         *
         *     Scope: `manage`.
         */
        patch: operations["updateSession"];
        trace?: never;
    };
    "/v1/sessions/{session}/restriction": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Let first messages go again
         * @description After WhatsApp has refused a message because the account may not write to strangers (code 463), first messages to people wait, for an hour and longer each time. Where you know that the restriction is over, they need not.
         *
         *     Scope: `manage`.
         */
        delete: operations["liftRestriction"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{session}/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Start a session
         * @description Connects it, now and after every restart of the gateway. Does nothing where it runs.
         *
         *     Scope: `manage`.
         */
        post: operations["startSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{session}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop a session
         * @description Disconnects it and keeps its pairing. Accepted messages wait.
         *
         *     Scope: `manage`.
         */
        post: operations["stopSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{session}/restart": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Restart a session
         * @description Disconnects and connects it again.
         *
         *     Scope: `manage`.
         */
        post: operations["restartSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{session}/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Unlink a session
         * @description Unlinks the device from the account and wipes its keys; the session stays.
         *
         *     Scope: `manage`.
         */
        post: operations["logoutSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{session}/qr": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The QR code to scan now
         * @description JSON, or a picture by `Accept`. A code lives for 20 to 60 seconds.
         *
         *     Scope: `manage`.
         */
        get: operations["getQr"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{session}/qr/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow the pairing
         * @description Server-sent events: `qr` for every new code, `status`, and in the end `connected`.
         *
         *     Scope: `manage`.
         */
        get: operations["streamQr"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{session}/pairing-code": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A code to type on the phone
         * @description For phones that cannot scan. The session must be waiting for a QR code to be scanned.
         *
         *     Scope: `manage`.
         */
        post: operations["createPairingCode"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/messages/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Look at a message
         * @description With the history of its status. A key that may only send sees what was sent.
         *
         *     Scope: `read` or `send`.
         */
        get: operations["getMessage"];
        put?: never;
        post?: never;
        /**
         * Delete a message for everyone
         * @description One that the session sent, or as a group’s admin somebody else’s. The answer is the message that does so. One that waits for its `send_at` is taken back instead: it ends as `failed` for `cancelled`, and is the answer.
         *
         *     Scope: `send`.
         */
        delete: operations["revokeMessage"];
        options?: never;
        head?: never;
        /**
         * Edit a text
         * @description Gives a text that the session sent a new wording; the answer is the message that does so. WhatsApp shows it for about 15 minutes after the text was sent.
         *
         *     Scope: `send`.
         */
        patch: operations["editMessage"];
        trace?: never;
    };
    "/v1/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List messages that failed
         * @description Of all sessions: those that did not go out, by how they ended, newest first.
         *
         *     Scope: `read`.
         */
        get: operations["listFailedMessages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{session}/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List a session’s messages
         * @description Scope: `read`.
         */
        get: operations["listMessages"];
        put?: never;
        /**
         * Send a message
         * @description Answers 202 as soon as the message is on disk, or 200 once WhatsApp’s server has acknowledged it within `wait`. A session that should run takes messages also while it connects or is disconnected. A file may come along in a form (`multipart/form-data`): its fields are those below, the file takes the place of `media`.
         *
         *     Scope: `send`.
         */
        post: operations["sendMessage"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/media/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a file
         * @description A received file that is not here yet is fetched from WhatsApp first. A key that may only send gets what clients gave. Takes `Range` and `If-None-Match`.
         *
         *     Scope: `read` or `send`.
         */
        get: operations["getMedia"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{session}/numbers/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask which numbers have WhatsApp
         * @description Scope: `send` or `read`.
         */
        post: operations["checkNumbers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{session}/groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the groups that a session is in
         * @description Asked of WhatsApp, so the session must be connected.
         *
         *     Scope: `read` or `send`.
         */
        get: operations["listGroups"];
        put?: never;
        /**
         * Make a group
         * @description The account is its admin. People whose privacy forbids it are not added; send them the link.
         *
         *     Scope: `send`.
         */
        post: operations["createGroup"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{session}/groups/{group}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Look at a group
         * @description Scope: `read` or `send`.
         */
        get: operations["getGroup"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Rename a group
         * @description Scope: `send`.
         */
        patch: operations["changeGroup"];
        trace?: never;
    };
    "/v1/sessions/{session}/groups/{group}/participants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Add, remove, promote or demote people
         * @description For groups that the account is an admin of.
         *
         *     Scope: `send`.
         */
        post: operations["changeParticipants"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{session}/groups/{group}/invite": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The link by which people join
         * @description Scope: `send`.
         */
        get: operations["getInvite"];
        put?: never;
        /**
         * A new link; the old one is worthless from then on
         * @description Scope: `send`.
         */
        post: operations["renewInvite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{session}/groups/{group}/leave": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Leave a group
         * @description Scope: `send`.
         */
        post: operations["leaveGroup"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{session}/chats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the chats of a session
         * @description Those that messages were kept of, with the last one.
         *
         *     Scope: `read`.
         */
        get: operations["listChats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{session}/chats/{chat}/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Mark a chat as read
         * @description Its senders see it, as far as the account’s privacy lets them; up to 200 messages at once.
         *
         *     Scope: `send`.
         */
        post: operations["readChat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{session}/chats/{chat}/typing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Show that the account types or records
         * @description WhatsApp shows it for some seconds, or until `paused` or a message. Repeat it while it lasts.
         *
         *     Scope: `send`.
         */
        post: operations["typeInChat"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{session}/chats/{chat}/presence": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask whether a person is online
         * @description Subscribes to the person’s presence and answers what WhatsApp says within three seconds.
         *
         *     Scope: `read` or `send`.
         */
        post: operations["askPresence"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{session}/contacts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the contacts of a session
         * @description Each person once, with phone number and LID as far as they are known.
         *
         *     Scope: `read`.
         */
        get: operations["listContacts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{session}/contacts/{contact}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * See what a person shows of himself
         * @description Asks WhatsApp for the about text and the profile picture; null where the account may not see them.
         *
         *     Scope: `read`.
         */
        get: operations["getContact"];
        put?: never;
        post?: never;
        /**
         * Forget a person
         * @description Deletes messages, events, files and names of the person here; WhatsApp and its phones are not asked. Refused while messages to the person are on their way (`contact_has_open_sends`); those that wait for a later `send_at` are deleted unsent.
         *
         *     Scope: `manage`.
         */
        delete: operations["forgetContact"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{session}/contacts/{contact}/block": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Block a person
         * @description Somebody who is blocked cannot write to the account or call it, on its phone neither.
         *
         *     Scope: `manage` or `send`.
         */
        post: operations["blockContact"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{session}/contacts/{contact}/unblock": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let a person in again
         * @description Somebody who is blocked cannot write to the account or call it, on its phone neither.
         *
         *     Scope: `manage` or `send`.
         */
        post: operations["unblockContact"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{session}/blocked": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List whom the account shuts out
         * @description Scope: `read`.
         */
        get: operations["listBlocked"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{session}/contacts/{contact}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Everything that is kept of a person
         * @description The names, messages of the chat and what the person wrote in groups, then events, each in order. A page may be empty: read on until `next_cursor` is null. Files are at the messages’ links.
         *
         *     Scope: `read`.
         */
        get: operations["exportContact"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List webhooks
         * @description Scope: `manage`.
         */
        get: operations["listWebhooks"];
        put?: never;
        /**
         * Have events posted to a URL
         * @description Every delivery is signed as Standard Webhooks has it, with the `secret` of this answer. The answer to a repetition by Idempotency-Key has no `secret`.
         *
         *     Scope: `manage`.
         */
        post: operations["createWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Look at a webhook
         * @description Scope: `manage`.
         */
        get: operations["getWebhook"];
        put?: never;
        post?: never;
        /**
         * Delete a webhook
         * @description With all its deliveries, those that wait included.
         *
         *     Scope: `manage`.
         */
        delete: operations["deleteWebhook"];
        options?: never;
        head?: never;
        /**
         * Change a webhook
         * @description What is not named stays. Deliveries that wait go to the new URL.
         *
         *     Scope: `manage`.
         */
        patch: operations["changeWebhook"];
        trace?: never;
    };
    "/v1/webhooks/{id}/rotate-secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a webhook a new secret
         * @description For 24 hours every delivery has two signatures: by the new secret and by the one before it.
         *
         *     Scope: `manage`.
         */
        post: operations["rotateWebhookSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Post a test event to a webhook now
         * @description An event of the type `webhook.test`, signed as all are; once, and it is in no list.
         *
         *     Scope: `manage`.
         */
        post: operations["testWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What became of a webhook’s deliveries
         * @description Scope: `manage`.
         */
        get: operations["listDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Dead letters, and other deliveries, of all webhooks
         * @description Also those of URLs that single messages named. With `message`: what became of its news.
         *
         *     Scope: `manage`.
         */
        get: operations["listAllDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deliveries/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a delivery posts, and what was answered
         * @description Scope: `manage`.
         */
        get: operations["getDelivery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deliveries/{id}/redeliver": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Have a delivery made once more
         * @description With the same `webhook-id`. It comes after what the same chat still owes to this webhook.
         *
         *     Scope: `manage`.
         */
        post: operations["redeliver"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}/recover": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Deliver again what did not arrive
         * @description Every delivery that is dead or still waits and was made since `since`, in order per chat.
         *
         *     Scope: `manage`.
         */
        post: operations["recoverWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{session}/rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List a session’s rules
         * @description Scope: `manage`.
         */
        get: operations["listRules"];
        put?: never;
        /**
         * Have messages with a keyword answered
         * @description With messages of the rule, or with what a URL answers. The first rule that matches wins; `any` matches every message.
         *
         *     Scope: `manage`.
         */
        post: operations["createRule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/{session}/rules/{rule}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete a rule
         * @description Scope: `manage`.
         */
        delete: operations["deleteRule"];
        options?: never;
        head?: never;
        /**
         * Change a rule
         * @description What is not named stays. `action` takes the place of the former one as a whole.
         *
         *     Scope: `manage`.
         */
        patch: operations["updateRule"];
        trace?: never;
    };
    "/v1/sessions/{session}/rules/try": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * See what a text would be answered with
         * @description By the rules and settings of now, as if somebody sent it. Nothing is sent and no URL is asked.
         *
         *     Scope: `manage`.
         */
        post: operations["tryRules"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List events, or follow them
         * @description Oldest first. The same bodies as webhooks get. `session.qr` is shown to keys with the scope `manage`. With `Accept: text/event-stream` a live stream: from now on, or from after `Last-Event-ID` or `after`. The `id` of an event is its `seq` with `session`, else its place among all of the tenant’s, so an id of the one stream means nothing in the other.
         *
         *     Scope: `read`.
         */
        get: operations["listEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * See how much happens
         * @description Messages and webhook deliveries of the tenant over the last hour or day, for a plot.
         *
         *     Scope: `manage` or `read`.
         */
        get: operations["getStats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether the gateway works
         * @description Needs no key.
         */
        get: operations["health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether every session was resumed after the start
         * @description Needs no key.
         */
        get: operations["readiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/encryption/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Go over to a new master key
         * @description Reads KURIR_MASTER_KEY_FILE again and re-wraps every data key under its first key, while all else goes on. Safe to call again.
         *
         *     Scope: `admin`.
         */
        post: operations["rotateMasterKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/media": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Store a file
         * @description As a form (`multipart/form-data`) with one file, or as the body itself with its own content type. The answer’s `id` goes into a message’s `media`. Files that nobody uses are deleted after some days.
         *
         *     Scope: `send`.
         */
        post: operations["uploadMedia"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * Problem
         * @description An error as RFC 9457 has it.
         * @example {
         *       "type": "urn:kurir:error:invalid_request",
         *       "title": "title",
         *       "status": 1,
         *       "detail": "detail",
         *       "code": "invalid_request"
         *     }
         */
        Problem: {
            /** @example urn:kurir:error:invalid_request */
            type: string;
            title: string;
            status: number;
            detail: string;
            /** @enum {string} */
            code: "invalid_request" | "invalid_recipient" | "not_registered" | "url_not_allowed" | "media_fetch_failed" | "unauthorized" | "forbidden" | "not_found" | "session_not_found" | "message_not_found" | "media_not_found" | "group_not_found" | "webhook_not_found" | "rule_not_found" | "qr_not_ready" | "media_gone" | "session_exists" | "tenant_exists" | "refused_by_whatsapp" | "webhook_disabled" | "session_not_connected" | "session_not_ready" | "contact_has_open_sends" | "already_connected" | "idempotency_mismatch" | "method_not_allowed" | "payload_too_large" | "media_quota_exceeded" | "unsupported_media_type" | "range_not_satisfiable" | "media_not_convertible" | "rate_limited" | "quota_exceeded" | "internal" | "send_failed" | "unavailable" | "timeout";
            errors?: {
                /** @description JSON pointer or parameter. */
                field: string;
                message: string;
            }[];
        };
        /**
         * Session
         * @example {
         *       "id": "shop-1",
         *       "tenant": "default",
         *       "name": "Shop",
         *       "status": "stopped",
         *       "reason": "requested",
         *       "since": "2026-03-01T12:00:00.000Z",
         *       "phone": "6281210000001",
         *       "push_name": "Sari",
         *       "health": "ok",
         *       "restricted_until": "2026-03-01T12:00:00.000Z",
         *       "proxy": "socks5://user@proxy.example:1080",
         *       "metadata": {},
         *       "created_at": "2026-03-01T12:00:00.000Z"
         *     }
         */
        Session: {
            /** @example shop-1 */
            id: string;
            tenant: string;
            name: string | null;
            /** @enum {string} */
            status: "stopped" | "connecting" | "qr" | "connected" | "disconnected" | "logged_out";
            /**
             * @description Why it is in this status; a stable word.
             * @example requested
             */
            reason: string;
            /**
             * Format: date-time
             * @description Since when it is in this status.
             */
            since: string;
            /**
             * @description Digits, once paired.
             * @example 6281210000001
             */
            phone: string | null;
            push_name: string | null;
            /**
             * @description `restricted`: first messages to people wait.
             * @enum {string}
             */
            health: "ok" | "restricted";
            /**
             * Format: date-time
             * @description Until when they wait.
             */
            restricted_until: string | null;
            /**
             * @description Without its password.
             * @example socks5://user@proxy.example:1080
             */
            proxy: string | null;
            /** @description Yours; comes with every event of the session. */
            metadata: {
                [key: string]: unknown;
            };
            /** Format: date-time */
            created_at: string;
            /** @description How the session answers by itself; shown where one session is read or changed. */
            settings?: {
                default_msg: string;
                send_default_msg: boolean;
                reply_msgs: boolean;
                reply_group_msgs: boolean;
                reply_unread_msgs: boolean;
                active_days: {
                    monday: boolean;
                    tuesday: boolean;
                    wednesday: boolean;
                    thursday: boolean;
                    friday: boolean;
                    saturday: boolean;
                    sunday: boolean;
                };
                active_hours: {
                    from: string;
                    to: string;
                };
                timezone: string;
                pacing: {
                    per_minute?: number;
                    gap_ms?: number[];
                    per_day?: number;
                } | null;
                calls: {
                    reject: boolean;
                    text?: string;
                } | null;
            };
        };
        /**
         * Message
         * @description Has more fields by `type`.
         * @example {
         *       "id": "msg_01KAJ2Q6V0M5T9GQ3J3W4X5Y6Z",
         *       "wa_id": "3EB0C767D26A1B2E5F01",
         *       "session": "shop-1",
         *       "chat": "6281311110001",
         *       "direction": "out",
         *       "type": "text",
         *       "status": "accepted",
         *       "status_history": [
         *         {
         *           "status": "accepted",
         *           "at": "2026-03-01T12:00:00.000Z"
         *         }
         *       ],
         *       "from": "6281210000001",
         *       "to": "6281311110001",
         *       "from_me": true,
         *       "timestamp": "2026-03-01T12:00:00.000Z",
         *       "attempts": 1
         *     }
         */
        Message: {
            /** @example msg_01KAJ2Q6V0M5T9GQ3J3W4X5Y6Z */
            id: string;
            /** @description WhatsApp’s id, unique per chat and sender. */
            wa_id: string;
            session: string;
            /** @description Digits of the other person, or the group’s address. */
            chat: string;
            /** @enum {string} */
            direction: "out" | "in";
            /** @example text */
            type: string;
            /**
             * @description Moves forward only.
             * @enum {string}
             */
            status: "accepted" | "prepared" | "sent" | "delivered" | "read" | "played" | "failed" | "expired" | "unknown" | "received";
            status_history: {
                status: string;
                /** Format: date-time */
                at: string;
                reason?: string;
            }[];
            from: string | null;
            to: string | null;
            /** @description The sender in a group. */
            participant?: string;
            /** @description WhatsApp’s other name of the person. */
            lid?: string;
            from_me: boolean;
            push_name?: string;
            text?: string;
            mentions?: string[];
            /** @description Everybody in the group is named. */
            mention_all?: boolean;
            /** @description Somebody else wrote it first. */
            forwarded?: boolean;
            preview?: {
                url: string;
                title: string;
                description?: string;
            };
            /** @description A file; its bytes are at `/v1/media/{id}`. */
            media?: {
                /** @example med_01KAJ2Q6V0M5T9GQ3J3W4X5Y6Z */
                id: string;
                mimetype: string;
                /** @description Bytes. */
                size: number | null;
                file_name: string | null;
                /** @description Of the bytes, hex. */
                sha256: string | null;
                /** @description Where the bytes are; needs a key. */
                url?: string;
            };
            caption?: string;
            /** @description It can be opened once. */
            view_once?: boolean;
            /** @description A video without sound that repeats. */
            gif?: boolean;
            /** @description A round video message. */
            note?: boolean;
            seconds?: number;
            location?: {
                latitude: number;
                longitude: number;
                name?: string;
                address?: string;
                /** @description The beginning of one that moves. */
                live?: boolean;
            };
            contacts?: {
                name: string;
                phones: {
                    number: string;
                    type?: string;
                }[];
                organization?: string;
                vcard?: string;
            }[];
            poll?: {
                question: string;
                options: string[];
                /** @description How many may be chosen; 0: any number. */
                selectable: number;
            };
            /** @description The options now chosen, in a poll that the session sent. */
            votes?: string[];
            /** @description The message that this one reacts to, edits, takes back or votes in. */
            target?: {
                wa_id: string;
                from_me: boolean;
                participant?: string;
            };
            /** @description Empty where a reaction was taken back. */
            emoji?: string;
            title?: string;
            header?: string;
            footer?: string;
            button_text?: string;
            sections?: {
                title: string;
                rows: {
                    id: string;
                    title: string;
                    description?: string;
                }[];
            }[];
            buttons?: {
                /** @enum {string} */
                kind: "reply" | "url" | "call";
                title: string;
                id?: string;
                url?: string;
                phone?: string;
            }[];
            /** @description The choices are also in the text by number, and an answer with the number counts. */
            fallback?: boolean;
            /** @description What was chosen of a list or of buttons. */
            reply?: {
                id: string;
                title: string;
            };
            /** @description WhatsApp’s name of a kind that has no form here yet. */
            kind?: string;
            /** @description WhatsApp’s id of the message that this one answers. */
            reply_to?: string;
            /** Format: date-time */
            timestamp: string;
            /**
             * Format: date-time
             * @description Not before then.
             */
            send_at?: string;
            /**
             * Format: date-time
             * @description Not after then.
             */
            expires_at?: string;
            /** @description How often it was handed to the network. */
            attempts: number;
        } & {
            [key: string]: unknown;
        };
        /**
         * Webhook
         * @example {
         *       "id": "end_01KAJ2Q6V0M5T9GQ3J3W4X5Y6Z",
         *       "url": "https://example.com/hooks/kurir",
         *       "events": [
         *         "message.*",
         *         "session.status"
         *       ],
         *       "session": "shop-1",
         *       "headers": {},
         *       "previous_secret_until": "2026-03-01T12:00:00.000Z",
         *       "format": "format",
         *       "disabled_at": "2026-03-01T12:00:00.000Z",
         *       "created_at": "2026-03-01T12:00:00.000Z"
         *     }
         */
        Webhook: {
            /** @example end_01KAJ2Q6V0M5T9GQ3J3W4X5Y6Z */
            id: string;
            /** @example https://example.com/hooks/kurir */
            url: string;
            /**
             * @example [
             *       "message.*",
             *       "session.status"
             *     ]
             */
            events: string[];
            /** @description Only this session’s events; null for all. */
            session: string | null;
            /** @description Sent with every delivery; the values are not shown again. */
            headers: {
                [key: string]: string;
            };
            /** @description Signs the deliveries (Standard Webhooks); shown once. */
            secret?: string;
            /**
             * Format: date-time
             * @description Until then the secret before the last rotation signs as well.
             */
            previous_secret_until: string | null;
            /** @description Shape of the bodies: `native`, or the dialect that made the webhook. */
            format: string;
            /**
             * Format: date-time
             * @description Since when nothing is posted: you disabled it, or it answered 410.
             */
            disabled_at: string | null;
            /** Format: date-time */
            created_at: string;
        };
        /**
         * Event
         * @example {
         *       "id": "id",
         *       "seq": 42,
         *       "type": "session.status",
         *       "session": "shop-1",
         *       "tenant": "default",
         *       "timestamp": "2026-03-01T12:00:00.000Z",
         *       "data": {},
         *       "metadata": {}
         *     }
         */
        Event: {
            id: string;
            /** @description Without gaps per session, from 1. */
            seq: number;
            /** @enum {string} */
            type: "session.status" | "session.qr" | "message.received" | "message.sent" | "message.delivered" | "message.read" | "message.played" | "message.failed" | "message.expired" | "message.unknown" | "message.edited" | "message.revoked" | "message.reaction" | "message.undecryptable" | "group.updated" | "contact.updated" | "call.received" | "alert.raised" | "alert.cleared";
            session: string;
            tenant: string;
            /** Format: date-time */
            timestamp: string;
            /** @description The message for `message.*`, the session for `session.status`. */
            data: unknown;
            /** @description The session’s metadata at that moment. */
            metadata: {
                [key: string]: unknown;
            };
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listKeys: {
        parameters: {
            query?: {
                /** @description Entries of a page. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Another tenant than the key’s own; admin keys only. */
                tenant?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Keys, oldest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "key_01KAJ2Q6V0M5T9GQ3J3W4X5Y6Z",
                     *           "name": "Shop",
                     *           "tenant": "default",
                     *           "scopes": [
                     *             "admin"
                     *           ],
                     *           "session": "shop-1",
                     *           "dialect": null,
                     *           "created_at": "2026-03-01T12:00:00.000Z"
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": {
                        data: {
                            /** @example key_01KAJ2Q6V0M5T9GQ3J3W4X5Y6Z */
                            id: string;
                            name: string;
                            tenant: string;
                            scopes: ("admin" | "manage" | "send" | "read")[];
                            session: string | null;
                            /** @description The dialect that takes the key; null: the native API. */
                            dialect: string | null;
                            /** Format: date-time */
                            created_at: string;
                        }[];
                        /** @description Send it as `cursor` for the next page; null on the last. */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key with the same request within 72 hours is answered with the first answer; nothing is done twice. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "my shop",
                 *       "scopes": [
                 *         "manage",
                 *         "send",
                 *         "read"
                 *       ]
                 *     }
                 */
                "application/json": {
                    /** @description For you to know it by. */
                    name: string;
                    /** @description Needed unless a dialect is named. `admin`: keys and tenants, and all below. `manage`: sessions, QR codes, webhooks. `send`: messages. `read`: everything that can be read. */
                    scopes?: ("admin" | "manage" | "send" | "read")[];
                    /** @description Default: the tenant of your key. */
                    tenant?: string;
                    /**
                     * @description The only session that the key may touch.
                     * @example shop-1
                     */
                    session?: string;
                    /** @description Makes a credential of this dialect instead: the dialect takes it, the native API does not. */
                    dialect?: string;
                };
            };
        };
        responses: {
            /** @description The key was made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "key_01KAJ2Q6V0M5T9GQ3J3W4X5Y6Z",
                     *       "name": "Shop",
                     *       "tenant": "default",
                     *       "scopes": [
                     *         "admin"
                     *       ],
                     *       "session": "shop-1",
                     *       "dialect": null,
                     *       "created_at": "2026-03-01T12:00:00.000Z"
                     *     }
                     */
                    "application/json": {
                        /** @example key_01KAJ2Q6V0M5T9GQ3J3W4X5Y6Z */
                        id: string;
                        name: string;
                        tenant: string;
                        scopes: ("admin" | "manage" | "send" | "read")[];
                        session: string | null;
                        /** @description The dialect that takes the key; null: the native API. */
                        dialect: string | null;
                        /** Format: date-time */
                        created_at: string;
                        /** @description The key; shown in this answer and never again. */
                        key?: string;
                        /** @description Of an OAuth client (blipcom). */
                        client_id?: string;
                        /** @description Of an OAuth client; never shown again. */
                        client_secret?: string;
                        /** @description The Bearer token (bots, a whole tenant); never shown again. */
                        token?: string;
                        /** @description What the dialect calls the session (bots, one session). */
                        session_id?: string;
                        /** @description Goes with `session_id`. */
                        access_token?: string;
                    };
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listTenants: {
        parameters: {
            query?: {
                /** @description Entries of a page. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Tenants. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "id",
                     *           "name": "Shop",
                     *           "country_code": "62",
                     *           "time_zone": "Asia/Jakarta",
                     *           "quotas": {
                     *             "messages_per_month": null,
                     *             "messages_per_day": null,
                     *             "number_checks_per_month": null
                     *           },
                     *           "created_at": "2026-03-01T12:00:00.000Z"
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": {
                        data: {
                            id: string;
                            name: string;
                            country_code: string;
                            time_zone: string;
                            /** @description Null follows the gateway’s setting. */
                            quotas: {
                                messages_per_month: number | null;
                                messages_per_day: number | null;
                                number_checks_per_month: number | null;
                            };
                            /** Format: date-time */
                            created_at: string;
                        }[];
                        /** @description Send it as `cursor` for the next page; null on the last. */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createTenant: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key with the same request within 72 hours is answered with the first answer; nothing is done twice. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "acme",
                 *       "name": "Acme Ltd"
                 *     }
                 */
                "application/json": {
                    /**
                     * @description Made when absent.
                     * @example acme
                     */
                    id?: string;
                    name: string;
                    /**
                     * @description Takes the place of a leading 0 of phone numbers. Default: 62.
                     * @example 62
                     */
                    country_code?: string;
                    /**
                     * @description IANA name, for times that a dialect shows as local ones. Default: Asia/Jakarta.
                     * @example Asia/Jakarta
                     */
                    time_zone?: string;
                    quotas?: {
                        /** @description Messages that may be accepted a month (UTC); 0 is without limit, null follows the gateway's setting. */
                        messages_per_month?: number | null;
                        /** @description Messages that may be accepted a day (UTC); 0 is without limit, null follows the gateway's setting. */
                        messages_per_day?: number | null;
                        /** @description Numbers that may be looked up a month (UTC); 0 is without limit, null follows the gateway's setting. */
                        number_checks_per_month?: number | null;
                    };
                };
            };
        };
        responses: {
            /** @description The tenant. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "id",
                     *       "name": "Shop",
                     *       "country_code": "62",
                     *       "time_zone": "Asia/Jakarta",
                     *       "quotas": {
                     *         "messages_per_month": null,
                     *         "messages_per_day": null,
                     *         "number_checks_per_month": null
                     *       },
                     *       "created_at": "2026-03-01T12:00:00.000Z"
                     *     }
                     */
                    "application/json": {
                        id: string;
                        name: string;
                        country_code: string;
                        time_zone: string;
                        /** @description Null follows the gateway’s setting. */
                        quotas: {
                            messages_per_month: number | null;
                            messages_per_day: number | null;
                            number_checks_per_month: number | null;
                        };
                        /** Format: date-time */
                        created_at: string;
                    };
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTenant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant’s id. */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The tenant. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "id",
                     *       "name": "Shop",
                     *       "country_code": "62",
                     *       "time_zone": "Asia/Jakarta",
                     *       "quotas": {
                     *         "messages_per_month": null,
                     *         "messages_per_day": null,
                     *         "number_checks_per_month": null
                     *       },
                     *       "created_at": "2026-03-01T12:00:00.000Z"
                     *     }
                     */
                    "application/json": {
                        id: string;
                        name: string;
                        country_code: string;
                        time_zone: string;
                        /** @description Null follows the gateway’s setting. */
                        quotas: {
                            messages_per_month: number | null;
                            messages_per_day: number | null;
                            number_checks_per_month: number | null;
                        };
                        /** Format: date-time */
                        created_at: string;
                    };
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateTenant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The tenant’s id. */
                tenant: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "time_zone": "Asia/Makassar",
                 *       "quotas": {
                 *         "messages_per_day": 500
                 *       }
                 *     }
                 */
                "application/json": {
                    name?: string;
                    /**
                     * @description Takes the place of a leading 0 of phone numbers. Default: 62.
                     * @example 62
                     */
                    country_code?: string;
                    /**
                     * @description IANA name, for times that a dialect shows as local ones. Default: Asia/Jakarta.
                     * @example Asia/Jakarta
                     */
                    time_zone?: string;
                    quotas?: {
                        /** @description Messages that may be accepted a month (UTC); 0 is without limit, null follows the gateway's setting. */
                        messages_per_month?: number | null;
                        /** @description Messages that may be accepted a day (UTC); 0 is without limit, null follows the gateway's setting. */
                        messages_per_day?: number | null;
                        /** @description Numbers that may be looked up a month (UTC); 0 is without limit, null follows the gateway's setting. */
                        number_checks_per_month?: number | null;
                    };
                };
            };
        };
        responses: {
            /** @description The tenant. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "id",
                     *       "name": "Shop",
                     *       "country_code": "62",
                     *       "time_zone": "Asia/Jakarta",
                     *       "quotas": {
                     *         "messages_per_month": null,
                     *         "messages_per_day": null,
                     *         "number_checks_per_month": null
                     *       },
                     *       "created_at": "2026-03-01T12:00:00.000Z"
                     *     }
                     */
                    "application/json": {
                        id: string;
                        name: string;
                        country_code: string;
                        time_zone: string;
                        /** @description Null follows the gateway’s setting. */
                        quotas: {
                            messages_per_month: number | null;
                            messages_per_day: number | null;
                            number_checks_per_month: number | null;
                        };
                        /** Format: date-time */
                        created_at: string;
                    };
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getUsage: {
        parameters: {
            query?: {
                /** @description Another tenant than the key’s own; admin keys only. */
                tenant?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What the tenant uses. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "tenant": "default",
                     *       "quotas": [
                     *         {
                     *           "kind": "messages",
                     *           "period": "month",
                     *           "used": 1204,
                     *           "limit": 10000,
                     *           "resets_at": "2026-12-01T00:00:00.000Z"
                     *         }
                     *       ],
                     *       "sessions": 3,
                     *       "media_bytes": 48133120
                     *     }
                     */
                    "application/json": {
                        tenant: string;
                        quotas: {
                            /** @enum {string} */
                            kind: "messages" | "number_checks";
                            /**
                             * @description By UTC.
                             * @enum {string}
                             */
                            period: "month" | "day";
                            used: number;
                            /** @description Null is without limit. */
                            limit: number | null;
                            /**
                             * Format: date-time
                             * @description When the next period begins.
                             */
                            resets_at: string;
                        }[];
                        /** @description Sessions that the tenant has. */
                        sessions: number;
                        /** @description Bytes of the files that are kept. */
                        media_bytes: number;
                    };
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAudit: {
        parameters: {
            query?: {
                /** @description Entries of a page. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Another tenant than the key’s own; admin keys only. */
                tenant?: string;
                /**
                 * @description Only this action, or `session.*` for all of a family.
                 * @example session.*
                 */
                action?: string;
                /**
                 * @description Only what was done with this session, also when it is deleted.
                 * @example shop-1
                 */
                session?: string;
                /**
                 * @description Done then or later.
                 * @example 2026-03-01T00:00:00Z
                 */
                since?: string;
                /**
                 * @description Done earlier.
                 * @example 2026-03-08T00:00:00Z
                 */
                before?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was done, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "aud_01KAJ2Q6V0M5T9GQ3J3W4X5Y6Z",
                     *           "at": "2026-03-01T12:00:00.000Z",
                     *           "actor": "key_01KAJ2Q6V0M5T9GQ3J3W4X5Y6Z",
                     *           "api": "native",
                     *           "action": "key.created",
                     *           "target": "key_01KAJ2Q6V0M5T9GQ3J3W4X5Y70",
                     *           "session": null,
                     *           "fields": [
                     *             "name",
                     *             "scopes"
                     *           ]
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": {
                        data: {
                            id: string;
                            /** Format: date-time */
                            at: string;
                            /** @description The key that did it; null where it was done at the phone. */
                            actor: string | null;
                            /** @description `native`, or the dialect by which it was done. */
                            api: string | null;
                            /** @example key.created */
                            action: string;
                            /** @description The id of what it was done to. */
                            target: string | null;
                            /** @description The session that it is about. */
                            session: string | null;
                            /** @description Names of the fields that were given; never their values. */
                            fields: string[];
                        }[];
                        /** @description Send it as `cursor` for the next page; null on the last. */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAlerts: {
        parameters: {
            query?: {
                /** @description Another tenant than the key’s own; admin keys only. */
                tenant?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What is wrong now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "kind": "session_down",
                     *           "session": "shop-1",
                     *           "webhook": null,
                     *           "reason": "connection_lost",
                     *           "since": "2026-03-01T12:00:00.000Z",
                     *           "cleared_at": "2026-03-01T12:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: {
                            /**
                             * @description `session_down`: it stays away. `session_logged_out`: it was unlinked at the phone. `session_restricted`: WhatsApp restricts the account. `webhook_failing`: deliveries of the webhook are given up.
                             * @enum {string}
                             */
                            kind: "session_down" | "session_logged_out" | "session_restricted" | "webhook_failing";
                            /** @description The session, or the one whose event could not be delivered. */
                            session: string;
                            /** @description The id of the webhook that fails. */
                            webhook: string | null;
                            /**
                             * @description A stable word.
                             * @example connection_lost
                             */
                            reason: string;
                            /** Format: date-time */
                            since: string;
                            /**
                             * Format: date-time
                             * @description Null while it lasts.
                             */
                            cleared_at: string | null;
                        }[];
                    };
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listSessions: {
        parameters: {
            query?: {
                /** @description Entries of a page. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Another tenant than the key’s own; admin keys only. */
                tenant?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Sessions by id. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "shop-1",
                     *           "tenant": "default",
                     *           "name": "Shop",
                     *           "status": "stopped",
                     *           "reason": "requested",
                     *           "since": "2026-03-01T12:00:00.000Z",
                     *           "phone": "6281210000001",
                     *           "push_name": "Sari",
                     *           "health": "ok",
                     *           "restricted_until": "2026-03-01T12:00:00.000Z",
                     *           "proxy": "socks5://user@proxy.example:1080",
                     *           "metadata": {},
                     *           "created_at": "2026-03-01T12:00:00.000Z"
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["Session"][];
                        /** @description Send it as `cursor` for the next page; null on the last. */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createSession: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key with the same request within 72 hours is answered with the first answer; nothing is done twice. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "shop-1",
                 *       "name": "The shop"
                 *     }
                 */
                "application/json": {
                    /**
                     * @description Made when absent; case is kept.
                     * @example shop-1
                     */
                    id?: string;
                    name?: string;
                    /**
                     * @description `http://`, `https://` or `socks5://` URL that the session connects through, files included; with `user:password@` where it wants them. The password is never shown.
                     * @example socks5://user:password@proxy.example:1080
                     */
                    proxy?: string;
                    /** @description Yours; comes with every event of the session. */
                    metadata?: {
                        [key: string]: unknown;
                    };
                    /** @description How the session answers by itself, and how fast it sends. */
                    settings?: {
                        /** @description What is answered where no rule matched. `{Hi|Hello}` picks one at random; `[name]`, `[number]`, `[time]` and `[date]` are filled in. */
                        default_msg?: string;
                        /** @description Whether it is. Default: false. */
                        send_default_msg?: boolean;
                        /** @description Off: nothing at all is answered. Default: true. */
                        reply_msgs?: boolean;
                        /** @description Whether groups are answered. Default: false. */
                        reply_group_msgs?: boolean;
                        /** @description Whether what came while the session was away is answered. Default: false. */
                        reply_unread_msgs?: boolean;
                        /** @description Days on which messages are answered. Default: all. */
                        active_days?: {
                            monday?: boolean;
                            tuesday?: boolean;
                            wednesday?: boolean;
                            thursday?: boolean;
                            friday?: boolean;
                            saturday?: boolean;
                            sunday?: boolean;
                        };
                        /** @description `H:MM`, `HH:MM` or `always`; a `from` later than `to` spans midnight. Default: always. */
                        active_hours?: {
                            /**
                             * @example 8:00
                             * @example always
                             */
                            from?: string;
                            /**
                             * @example 8:00
                             * @example always
                             */
                            to?: string;
                        };
                        pacing?: {
                            per_minute?: number;
                            /**
                             * @description Least and most between two messages; each gap is drawn at random between them.
                             * @example [
                             *       2000,
                             *       8000
                             *     ]
                             */
                            gap_ms?: number[];
                            /** @description By days in UTC; the rest goes out the next day. */
                            per_day?: number;
                        } | null;
                        calls?: {
                            /** @description Whether calls of persons are rejected; calls of groups just ring. */
                            reject: boolean;
                            /** @description Sent to who called, once for a call. */
                            text?: string;
                        } | null;
                        /**
                         * @description An offset or an IANA name, for days, hours, `[time]` and `[date]`. Default: Asia/Jakarta.
                         * @example +7
                         * @example Asia/Jakarta
                         */
                        timezone?: string;
                    };
                };
            };
        };
        responses: {
            /** @description The session. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    importSession: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key with the same request within 72 hours is answered with the first answer; nothing is done twice. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "id": "shop-1",
                 *       "files": {
                 *         "creds.json": {},
                 *         "pre-key-1.json": {}
                 *       }
                 *     }
                 */
                "application/json": {
                    /**
                     * @description Made when absent; case is kept.
                     * @example shop-1
                     */
                    id?: string;
                    name?: string;
                    /** @description The files of the folder, by name: `creds.json` and the others, each as the JSON that it holds. */
                    files: {
                        [key: string]: unknown;
                    };
                };
            };
        };
        responses: {
            /** @description The session. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getSession: {
        parameters: {
            query?: {
                /** @description Another tenant than the key’s own; admin keys only. */
                tenant?: string;
            };
            header?: never;
            path: {
                /** @description The session’s id. */
                session: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session’s id. */
                session: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session’s id. */
                session: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "metadata": {
                 *         "shop": 7
                 *       }
                 *     }
                 */
                "application/json": {
                    name?: string | null;
                    /**
                     * @description Another proxy, or null for none; the session connects again.
                     * @example socks5://user:password@proxy.example:1080
                     */
                    proxy?: string | null;
                    /** @description Yours; comes with every event of the session. */
                    metadata?: {
                        [key: string]: unknown;
                    };
                    /** @description How the session answers by itself, and how fast it sends. */
                    settings?: {
                        /** @description What is answered where no rule matched. `{Hi|Hello}` picks one at random; `[name]`, `[number]`, `[time]` and `[date]` are filled in. */
                        default_msg?: string;
                        /** @description Whether it is. Default: false. */
                        send_default_msg?: boolean;
                        /** @description Off: nothing at all is answered. Default: true. */
                        reply_msgs?: boolean;
                        /** @description Whether groups are answered. Default: false. */
                        reply_group_msgs?: boolean;
                        /** @description Whether what came while the session was away is answered. Default: false. */
                        reply_unread_msgs?: boolean;
                        /** @description Days on which messages are answered. Default: all. */
                        active_days?: {
                            monday?: boolean;
                            tuesday?: boolean;
                            wednesday?: boolean;
                            thursday?: boolean;
                            friday?: boolean;
                            saturday?: boolean;
                            sunday?: boolean;
                        };
                        /** @description `H:MM`, `HH:MM` or `always`; a `from` later than `to` spans midnight. Default: always. */
                        active_hours?: {
                            /**
                             * @example 8:00
                             * @example always
                             */
                            from?: string;
                            /**
                             * @example 8:00
                             * @example always
                             */
                            to?: string;
                        };
                        pacing?: {
                            per_minute?: number;
                            /**
                             * @description Least and most between two messages; each gap is drawn at random between them.
                             * @example [
                             *       2000,
                             *       8000
                             *     ]
                             */
                            gap_ms?: number[];
                            /** @description By days in UTC; the rest goes out the next day. */
                            per_day?: number;
                        } | null;
                        calls?: {
                            /** @description Whether calls of persons are rejected; calls of groups just ring. */
                            reject: boolean;
                            /** @description Sent to who called, once for a call. */
                            text?: string;
                        } | null;
                        /**
                         * @description An offset or an IANA name, for days, hours, `[time]` and `[date]`. Default: Asia/Jakarta.
                         * @example +7
                         * @example Asia/Jakarta
                         */
                        timezone?: string;
                    };
                };
            };
        };
        responses: {
            /** @description The session. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    liftRestriction: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session’s id. */
                session: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    startSession: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key with the same request within 72 hours is answered with the first answer; nothing is done twice. */
                "idempotency-key"?: string;
            };
            path: {
                /** @description The session’s id. */
                session: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stopSession: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key with the same request within 72 hours is answered with the first answer; nothing is done twice. */
                "idempotency-key"?: string;
            };
            path: {
                /** @description The session’s id. */
                session: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    restartSession: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key with the same request within 72 hours is answered with the first answer; nothing is done twice. */
                "idempotency-key"?: string;
            };
            path: {
                /** @description The session’s id. */
                session: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    logoutSession: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key with the same request within 72 hours is answered with the first answer; nothing is done twice. */
                "idempotency-key"?: string;
            };
            path: {
                /** @description The session’s id. */
                session: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getQr: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session’s id. */
                session: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The QR code to scan now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The text of the QR code. */
                        qr: string;
                        /** @description The QR code as a PNG in a `data:` URL. */
                        image: string;
                        /** Format: date-time */
                        expires_at: string;
                    };
                    "image/png": string;
                    "image/svg+xml": string;
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    streamQr: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session’s id. */
                session: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Events. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createPairingCode: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key with the same request within 72 hours is answered with the first answer; nothing is done twice. */
                "idempotency-key"?: string;
            };
            path: {
                /** @description The session’s id. */
                session: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "phone": "+62 812-1000-0001"
                 *     }
                 */
                "application/json": {
                    /** @description The phone to pair with, as people write numbers. */
                    phone: string;
                };
            };
        };
        responses: {
            /** @description The pairing code. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "code": "K7QZ-2M4P",
                     *       "phone": "6281210000001"
                     *     }
                     */
                    "application/json": {
                        /**
                         * @description To be typed on the phone.
                         * @example K7QZ-2M4P
                         */
                        code: string;
                        phone: string;
                    };
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getMessage: {
        parameters: {
            query?: {
                /** @description Another tenant than the key’s own; admin keys only. */
                tenant?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The message. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeMessage: {
        parameters: {
            query?: {
                /** @description Milliseconds to wait for WhatsApp’s acknowledgement, at most 60000. Default: 0. */
                wait?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description WhatsApp’s server has it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description Accepted: it is on disk and will be sent once, whatever happens. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    editMessage: {
        parameters: {
            query?: {
                /** @description Milliseconds to wait for WhatsApp’s acknowledgement, at most 60000. Default: 0. */
                wait?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "text": "Hello again"
                 *     }
                 */
                "application/json": {
                    text: string;
                    /** @description Persons named in the text by `@<number>`. */
                    mentions?: string[];
                };
            };
        };
        responses: {
            /** @description WhatsApp’s server has it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description Accepted: it is on disk and will be sent once, whatever happens. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listFailedMessages: {
        parameters: {
            query?: {
                /** @description Entries of a page. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Another tenant than the key’s own; admin keys only. */
                tenant?: string;
                /** @description Only of this session. */
                session?: string;
                /** @description `unknown`: it was handed over, and nobody can tell whether it went out. */
                status?: "failed" | "expired" | "unknown";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Messages, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "msg_01KAJ2Q6V0M5T9GQ3J3W4X5Y6Z",
                     *           "wa_id": "3EB0C767D26A1B2E5F01",
                     *           "session": "shop-1",
                     *           "chat": "6281311110001",
                     *           "direction": "out",
                     *           "type": "text",
                     *           "status": "accepted",
                     *           "status_history": [
                     *             {
                     *               "status": "accepted",
                     *               "at": "2026-03-01T12:00:00.000Z"
                     *             }
                     *           ],
                     *           "from": "6281210000001",
                     *           "to": "6281311110001",
                     *           "from_me": true,
                     *           "timestamp": "2026-03-01T12:00:00.000Z",
                     *           "attempts": 1
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["Message"][];
                        /** @description Send it as `cursor` for the next page; null on the last. */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listMessages: {
        parameters: {
            query?: {
                /** @description Entries of a page. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Another tenant than the key’s own; admin keys only. */
                tenant?: string;
                /** @description A number or address. */
                chat?: string;
                direction?: "out" | "in";
                status?: "accepted" | "prepared" | "sent" | "delivered" | "read" | "played" | "failed" | "expired" | "unknown" | "received";
            };
            header?: never;
            path: {
                /** @description The session’s id. */
                session: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Messages, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "msg_01KAJ2Q6V0M5T9GQ3J3W4X5Y6Z",
                     *           "wa_id": "3EB0C767D26A1B2E5F01",
                     *           "session": "shop-1",
                     *           "chat": "6281311110001",
                     *           "direction": "out",
                     *           "type": "text",
                     *           "status": "accepted",
                     *           "status_history": [
                     *             {
                     *               "status": "accepted",
                     *               "at": "2026-03-01T12:00:00.000Z"
                     *             }
                     *           ],
                     *           "from": "6281210000001",
                     *           "to": "6281311110001",
                     *           "from_me": true,
                     *           "timestamp": "2026-03-01T12:00:00.000Z",
                     *           "attempts": 1
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["Message"][];
                        /** @description Send it as `cursor` for the next page; null on the last. */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sendMessage: {
        parameters: {
            query?: {
                /** @description Milliseconds to wait for WhatsApp’s acknowledgement, at most 60000. Default: 0. */
                wait?: number;
            };
            header?: {
                /** @description The same key with the same request within 72 hours is answered with the first answer; nothing is done twice. */
                "idempotency-key"?: string;
            };
            path: {
                /** @description The session’s id. */
                session: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "to": "6281210000001",
                 *       "type": "text",
                 *       "text": "Hello from Kurir"
                 *     }
                 */
                "application/json": {
                    /** @enum {string} */
                    type: "text";
                    /**
                     * @description A phone number as people write it, a group’s address (`…@g.us`) or a person’s (`…@lid`).
                     * @example +62 812-1000-0001
                     */
                    to: string;
                    /** @description The message to answer: its `id`, or its `wa_id`. */
                    reply_to?: string;
                    text: string;
                    /** @description Persons named in the text by `@<number>`. */
                    mentions?: string[];
                    /** @description Names everybody in a group. */
                    mention_all?: boolean;
                    /** @description What phones show of a link in the text. Nothing is fetched for it. */
                    preview?: {
                        /** @description As it stands in the text. */
                        url: string;
                        title: string;
                        description?: string;
                        /** @description A small JPEG, base64. */
                        thumbnail?: string;
                    };
                    /** @description Phones mark it as forwarded. */
                    forwarded?: boolean;
                    /**
                     * Format: date-time
                     * @description Not before then, up to a year ahead; without it at once.
                     * @example 2027-01-01T07:00:00+07:00
                     */
                    send_at?: string;
                    /**
                     * Format: date-time
                     * @description Not after then: it ends as `expired` where it was not sent, as `unknown` where nobody can tell.
                     * @example 2027-01-01T12:00:00+07:00
                     */
                    expires_at?: string;
                } | {
                    /** @enum {string} */
                    type: "image";
                    /**
                     * @description A phone number as people write it, a group’s address (`…@g.us`) or a person’s (`…@lid`).
                     * @example +62 812-1000-0001
                     */
                    to: string;
                    /** @description The message to answer: its `id`, or its `wa_id`. */
                    reply_to?: string;
                    /**
                     * @description A file: exactly one of `id`, `url` and `base64`.
                     * @example {
                     *       "url": "https://example.com/a.jpg"
                     *     }
                     */
                    media: {
                        /** @description A file that was stored or received. */
                        id?: string;
                        /** @description Fetched once, now. */
                        url?: string;
                        /** @description The file itself; the body may have 24 MB. */
                        base64?: string;
                        /** @description Counts where the content does not show it. */
                        mimetype?: string;
                        file_name?: string;
                    };
                    caption?: string;
                    /** @description Persons named in the text by `@<number>`. */
                    mentions?: string[];
                    /** @description Names everybody in a group. */
                    mention_all?: boolean;
                    /** @description Phones mark it as forwarded. */
                    forwarded?: boolean;
                    /** @description It can be opened once. */
                    view_once?: boolean;
                    /**
                     * Format: date-time
                     * @description Not before then, up to a year ahead; without it at once.
                     * @example 2027-01-01T07:00:00+07:00
                     */
                    send_at?: string;
                    /**
                     * Format: date-time
                     * @description Not after then: it ends as `expired` where it was not sent, as `unknown` where nobody can tell.
                     * @example 2027-01-01T12:00:00+07:00
                     */
                    expires_at?: string;
                } | {
                    /** @enum {string} */
                    type: "video";
                    /**
                     * @description A phone number as people write it, a group’s address (`…@g.us`) or a person’s (`…@lid`).
                     * @example +62 812-1000-0001
                     */
                    to: string;
                    /** @description The message to answer: its `id`, or its `wa_id`. */
                    reply_to?: string;
                    /**
                     * @description A file: exactly one of `id`, `url` and `base64`.
                     * @example {
                     *       "url": "https://example.com/a.jpg"
                     *     }
                     */
                    media: {
                        /** @description A file that was stored or received. */
                        id?: string;
                        /** @description Fetched once, now. */
                        url?: string;
                        /** @description The file itself; the body may have 24 MB. */
                        base64?: string;
                        /** @description Counts where the content does not show it. */
                        mimetype?: string;
                        file_name?: string;
                    };
                    caption?: string;
                    /** @description Persons named in the text by `@<number>`. */
                    mentions?: string[];
                    /** @description Names everybody in a group. */
                    mention_all?: boolean;
                    /** @description Phones mark it as forwarded. */
                    forwarded?: boolean;
                    /** @description It can be opened once. */
                    view_once?: boolean;
                    /** @description It repeats and has no sound. */
                    gif?: boolean;
                    /** @description A round video message. */
                    note?: boolean;
                    /**
                     * Format: date-time
                     * @description Not before then, up to a year ahead; without it at once.
                     * @example 2027-01-01T07:00:00+07:00
                     */
                    send_at?: string;
                    /**
                     * Format: date-time
                     * @description Not after then: it ends as `expired` where it was not sent, as `unknown` where nobody can tell.
                     * @example 2027-01-01T12:00:00+07:00
                     */
                    expires_at?: string;
                } | {
                    /** @enum {string} */
                    type: "audio";
                    /**
                     * @description A phone number as people write it, a group’s address (`…@g.us`) or a person’s (`…@lid`).
                     * @example +62 812-1000-0001
                     */
                    to: string;
                    /** @description The message to answer: its `id`, or its `wa_id`. */
                    reply_to?: string;
                    /**
                     * @description A file: exactly one of `id`, `url` and `base64`.
                     * @example {
                     *       "url": "https://example.com/a.jpg"
                     *     }
                     */
                    media: {
                        /** @description A file that was stored or received. */
                        id?: string;
                        /** @description Fetched once, now. */
                        url?: string;
                        /** @description The file itself; the body may have 24 MB. */
                        base64?: string;
                        /** @description Counts where the content does not show it. */
                        mimetype?: string;
                        file_name?: string;
                    };
                    /** @description Phones mark it as forwarded. */
                    forwarded?: boolean;
                    /**
                     * Format: date-time
                     * @description Not before then, up to a year ahead; without it at once.
                     * @example 2027-01-01T07:00:00+07:00
                     */
                    send_at?: string;
                    /**
                     * Format: date-time
                     * @description Not after then: it ends as `expired` where it was not sent, as `unknown` where nobody can tell.
                     * @example 2027-01-01T12:00:00+07:00
                     */
                    expires_at?: string;
                } | {
                    /** @enum {string} */
                    type: "voice";
                    /**
                     * @description A phone number as people write it, a group’s address (`…@g.us`) or a person’s (`…@lid`).
                     * @example +62 812-1000-0001
                     */
                    to: string;
                    /** @description The message to answer: its `id`, or its `wa_id`. */
                    reply_to?: string;
                    /**
                     * @description A file: exactly one of `id`, `url` and `base64`.
                     * @example {
                     *       "url": "https://example.com/a.jpg"
                     *     }
                     */
                    media: {
                        /** @description A file that was stored or received. */
                        id?: string;
                        /** @description Fetched once, now. */
                        url?: string;
                        /** @description The file itself; the body may have 24 MB. */
                        base64?: string;
                        /** @description Counts where the content does not show it. */
                        mimetype?: string;
                        file_name?: string;
                    };
                    /** @description It can be opened once. */
                    view_once?: boolean;
                    /** @description Phones mark it as forwarded. */
                    forwarded?: boolean;
                    /**
                     * Format: date-time
                     * @description Not before then, up to a year ahead; without it at once.
                     * @example 2027-01-01T07:00:00+07:00
                     */
                    send_at?: string;
                    /**
                     * Format: date-time
                     * @description Not after then: it ends as `expired` where it was not sent, as `unknown` where nobody can tell.
                     * @example 2027-01-01T12:00:00+07:00
                     */
                    expires_at?: string;
                } | {
                    /** @enum {string} */
                    type: "document";
                    /**
                     * @description A phone number as people write it, a group’s address (`…@g.us`) or a person’s (`…@lid`).
                     * @example +62 812-1000-0001
                     */
                    to: string;
                    /** @description The message to answer: its `id`, or its `wa_id`. */
                    reply_to?: string;
                    /**
                     * @description A file: exactly one of `id`, `url` and `base64`.
                     * @example {
                     *       "url": "https://example.com/a.jpg"
                     *     }
                     */
                    media: {
                        /** @description A file that was stored or received. */
                        id?: string;
                        /** @description Fetched once, now. */
                        url?: string;
                        /** @description The file itself; the body may have 24 MB. */
                        base64?: string;
                        /** @description Counts where the content does not show it. */
                        mimetype?: string;
                        file_name?: string;
                    };
                    caption?: string;
                    /** @description Persons named in the text by `@<number>`. */
                    mentions?: string[];
                    /** @description Names everybody in a group. */
                    mention_all?: boolean;
                    /** @description Phones mark it as forwarded. */
                    forwarded?: boolean;
                    file_name?: string;
                    /**
                     * Format: date-time
                     * @description Not before then, up to a year ahead; without it at once.
                     * @example 2027-01-01T07:00:00+07:00
                     */
                    send_at?: string;
                    /**
                     * Format: date-time
                     * @description Not after then: it ends as `expired` where it was not sent, as `unknown` where nobody can tell.
                     * @example 2027-01-01T12:00:00+07:00
                     */
                    expires_at?: string;
                } | {
                    /** @enum {string} */
                    type: "sticker";
                    /**
                     * @description A phone number as people write it, a group’s address (`…@g.us`) or a person’s (`…@lid`).
                     * @example +62 812-1000-0001
                     */
                    to: string;
                    /** @description The message to answer: its `id`, or its `wa_id`. */
                    reply_to?: string;
                    /**
                     * @description A file: exactly one of `id`, `url` and `base64`.
                     * @example {
                     *       "url": "https://example.com/a.jpg"
                     *     }
                     */
                    media: {
                        /** @description A file that was stored or received. */
                        id?: string;
                        /** @description Fetched once, now. */
                        url?: string;
                        /** @description The file itself; the body may have 24 MB. */
                        base64?: string;
                        /** @description Counts where the content does not show it. */
                        mimetype?: string;
                        file_name?: string;
                    };
                    /** @description Phones mark it as forwarded. */
                    forwarded?: boolean;
                    /**
                     * Format: date-time
                     * @description Not before then, up to a year ahead; without it at once.
                     * @example 2027-01-01T07:00:00+07:00
                     */
                    send_at?: string;
                    /**
                     * Format: date-time
                     * @description Not after then: it ends as `expired` where it was not sent, as `unknown` where nobody can tell.
                     * @example 2027-01-01T12:00:00+07:00
                     */
                    expires_at?: string;
                } | {
                    /** @enum {string} */
                    type: "location";
                    /**
                     * @description A phone number as people write it, a group’s address (`…@g.us`) or a person’s (`…@lid`).
                     * @example +62 812-1000-0001
                     */
                    to: string;
                    /** @description The message to answer: its `id`, or its `wa_id`. */
                    reply_to?: string;
                    latitude: number;
                    longitude: number;
                    name?: string;
                    address?: string;
                    /** @description Phones mark it as forwarded. */
                    forwarded?: boolean;
                    /**
                     * Format: date-time
                     * @description Not before then, up to a year ahead; without it at once.
                     * @example 2027-01-01T07:00:00+07:00
                     */
                    send_at?: string;
                    /**
                     * Format: date-time
                     * @description Not after then: it ends as `expired` where it was not sent, as `unknown` where nobody can tell.
                     * @example 2027-01-01T12:00:00+07:00
                     */
                    expires_at?: string;
                } | {
                    /** @enum {string} */
                    type: "contacts";
                    /**
                     * @description A phone number as people write it, a group’s address (`…@g.us`) or a person’s (`…@lid`).
                     * @example +62 812-1000-0001
                     */
                    to: string;
                    /** @description The message to answer: its `id`, or its `wa_id`. */
                    reply_to?: string;
                    contacts: {
                        name: string;
                        phones?: {
                            /** @description As people write it. */
                            number: string;
                            /**
                             * @example CELL
                             * @example WORK
                             */
                            type?: string;
                        }[];
                        organization?: string;
                        /** @description The whole card, in place of one made of the others. */
                        vcard?: string;
                    }[];
                    /** @description Phones mark it as forwarded. */
                    forwarded?: boolean;
                    /**
                     * Format: date-time
                     * @description Not before then, up to a year ahead; without it at once.
                     * @example 2027-01-01T07:00:00+07:00
                     */
                    send_at?: string;
                    /**
                     * Format: date-time
                     * @description Not after then: it ends as `expired` where it was not sent, as `unknown` where nobody can tell.
                     * @example 2027-01-01T12:00:00+07:00
                     */
                    expires_at?: string;
                } | {
                    /** @enum {string} */
                    type: "poll";
                    /**
                     * @description A phone number as people write it, a group’s address (`…@g.us`) or a person’s (`…@lid`).
                     * @example +62 812-1000-0001
                     */
                    to: string;
                    /** @description The message to answer: its `id`, or its `wa_id`. */
                    reply_to?: string;
                    question: string;
                    options: string[];
                    /** @description How many may be chosen; 0: any number. Default: 1. */
                    selectable?: number;
                    /**
                     * Format: date-time
                     * @description Not before then, up to a year ahead; without it at once.
                     * @example 2027-01-01T07:00:00+07:00
                     */
                    send_at?: string;
                    /**
                     * Format: date-time
                     * @description Not after then: it ends as `expired` where it was not sent, as `unknown` where nobody can tell.
                     * @example 2027-01-01T12:00:00+07:00
                     */
                    expires_at?: string;
                } | {
                    /** @enum {string} */
                    type: "reaction";
                    /**
                     * @description A phone number as people write it, a group’s address (`…@g.us`) or a person’s (`…@lid`).
                     * @example +62 812-1000-0001
                     */
                    to?: string;
                    /** @description The `id` of a message, or what WhatsApp knows it by. */
                    target: string | {
                        wa_id: string;
                        from_me: boolean;
                        /** @description Who sent it, in a group. */
                        participant?: string;
                    };
                    /** @description Empty takes the reaction back. */
                    emoji: string;
                    /**
                     * Format: date-time
                     * @description Not before then, up to a year ahead; without it at once.
                     * @example 2027-01-01T07:00:00+07:00
                     */
                    send_at?: string;
                    /**
                     * Format: date-time
                     * @description Not after then: it ends as `expired` where it was not sent, as `unknown` where nobody can tell.
                     * @example 2027-01-01T12:00:00+07:00
                     */
                    expires_at?: string;
                } | {
                    /** @enum {string} */
                    type: "forward";
                    /**
                     * @description A phone number as people write it, a group’s address (`…@g.us`) or a person’s (`…@lid`).
                     * @example +62 812-1000-0001
                     */
                    to: string;
                    /** @description The `id` of the message to pass on. */
                    message: string;
                    /**
                     * Format: date-time
                     * @description Not before then, up to a year ahead; without it at once.
                     * @example 2027-01-01T07:00:00+07:00
                     */
                    send_at?: string;
                    /**
                     * Format: date-time
                     * @description Not after then: it ends as `expired` where it was not sent, as `unknown` where nobody can tell.
                     * @example 2027-01-01T12:00:00+07:00
                     */
                    expires_at?: string;
                } | {
                    /** @enum {string} */
                    type: "list";
                    /**
                     * @description A phone number as people write it, a group’s address (`…@g.us`) or a person’s (`…@lid`).
                     * @example +62 812-1000-0001
                     */
                    to: string;
                    /** @description The message to answer: its `id`, or its `wa_id`. */
                    reply_to?: string;
                    text: string;
                    title?: string;
                    footer?: string;
                    /** @description What opens the list. */
                    button_text: string;
                    sections: {
                        title: string;
                        rows: {
                            id: string;
                            title: string;
                            description?: string;
                        }[];
                    }[];
                    /**
                     * @description `interactive` (default): as WhatsApp’s interactive message, which not every phone shows. `text`: the numbered choices as a text, which every phone shows. An answer with the number counts as the choice in both.
                     * @enum {string}
                     */
                    form?: "interactive" | "text";
                    /**
                     * Format: date-time
                     * @description Not before then, up to a year ahead; without it at once.
                     * @example 2027-01-01T07:00:00+07:00
                     */
                    send_at?: string;
                    /**
                     * Format: date-time
                     * @description Not after then: it ends as `expired` where it was not sent, as `unknown` where nobody can tell.
                     * @example 2027-01-01T12:00:00+07:00
                     */
                    expires_at?: string;
                } | {
                    /** @enum {string} */
                    type: "buttons";
                    /**
                     * @description A phone number as people write it, a group’s address (`…@g.us`) or a person’s (`…@lid`).
                     * @example +62 812-1000-0001
                     */
                    to: string;
                    /** @description The message to answer: its `id`, or its `wa_id`. */
                    reply_to?: string;
                    text: string;
                    header?: string;
                    footer?: string;
                    /**
                     * @description A file: exactly one of `id`, `url` and `base64`.
                     * @example {
                     *       "url": "https://example.com/a.jpg"
                     *     }
                     */
                    media?: {
                        /** @description A file that was stored or received. */
                        id?: string;
                        /** @description Fetched once, now. */
                        url?: string;
                        /** @description The file itself; the body may have 24 MB. */
                        base64?: string;
                        /** @description Counts where the content does not show it. */
                        mimetype?: string;
                        file_name?: string;
                    };
                    buttons: {
                        /** @enum {string} */
                        kind: "reply" | "url" | "call";
                        title: string;
                        /** @description Comes back with the answer; for `reply`. */
                        id?: string;
                        /** @description For `url`. */
                        url?: string;
                        /** @description As people write it; for `call`. */
                        phone?: string;
                    }[];
                    /**
                     * @description `interactive` (default): as WhatsApp’s interactive message, which not every phone shows. `text`: the numbered choices as a text, which every phone shows. An answer with the number counts as the choice in both.
                     * @enum {string}
                     */
                    form?: "interactive" | "text";
                    /**
                     * Format: date-time
                     * @description Not before then, up to a year ahead; without it at once.
                     * @example 2027-01-01T07:00:00+07:00
                     */
                    send_at?: string;
                    /**
                     * Format: date-time
                     * @description Not after then: it ends as `expired` where it was not sent, as `unknown` where nobody can tell.
                     * @example 2027-01-01T12:00:00+07:00
                     */
                    expires_at?: string;
                };
                /**
                 * @example {
                 *       "to": "6281210000001",
                 *       "type": "text",
                 *       "text": "Hello from Kurir"
                 *     }
                 */
                "multipart/form-data": {
                    /** @enum {string} */
                    type: "text";
                    /**
                     * @description A phone number as people write it, a group’s address (`…@g.us`) or a person’s (`…@lid`).
                     * @example +62 812-1000-0001
                     */
                    to: string;
                    /** @description The message to answer: its `id`, or its `wa_id`. */
                    reply_to?: string;
                    text: string;
                    /** @description Persons named in the text by `@<number>`. */
                    mentions?: string[];
                    /** @description Names everybody in a group. */
                    mention_all?: boolean;
                    /** @description What phones show of a link in the text. Nothing is fetched for it. */
                    preview?: {
                        /** @description As it stands in the text. */
                        url: string;
                        title: string;
                        description?: string;
                        /** @description A small JPEG, base64. */
                        thumbnail?: string;
                    };
                    /** @description Phones mark it as forwarded. */
                    forwarded?: boolean;
                    /**
                     * Format: date-time
                     * @description Not before then, up to a year ahead; without it at once.
                     * @example 2027-01-01T07:00:00+07:00
                     */
                    send_at?: string;
                    /**
                     * Format: date-time
                     * @description Not after then: it ends as `expired` where it was not sent, as `unknown` where nobody can tell.
                     * @example 2027-01-01T12:00:00+07:00
                     */
                    expires_at?: string;
                } | {
                    /** @enum {string} */
                    type: "image";
                    /**
                     * @description A phone number as people write it, a group’s address (`…@g.us`) or a person’s (`…@lid`).
                     * @example +62 812-1000-0001
                     */
                    to: string;
                    /** @description The message to answer: its `id`, or its `wa_id`. */
                    reply_to?: string;
                    /**
                     * @description A file: exactly one of `id`, `url` and `base64`.
                     * @example {
                     *       "url": "https://example.com/a.jpg"
                     *     }
                     */
                    media: {
                        /** @description A file that was stored or received. */
                        id?: string;
                        /** @description Fetched once, now. */
                        url?: string;
                        /** @description The file itself; the body may have 24 MB. */
                        base64?: string;
                        /** @description Counts where the content does not show it. */
                        mimetype?: string;
                        file_name?: string;
                    };
                    caption?: string;
                    /** @description Persons named in the text by `@<number>`. */
                    mentions?: string[];
                    /** @description Names everybody in a group. */
                    mention_all?: boolean;
                    /** @description Phones mark it as forwarded. */
                    forwarded?: boolean;
                    /** @description It can be opened once. */
                    view_once?: boolean;
                    /**
                     * Format: date-time
                     * @description Not before then, up to a year ahead; without it at once.
                     * @example 2027-01-01T07:00:00+07:00
                     */
                    send_at?: string;
                    /**
                     * Format: date-time
                     * @description Not after then: it ends as `expired` where it was not sent, as `unknown` where nobody can tell.
                     * @example 2027-01-01T12:00:00+07:00
                     */
                    expires_at?: string;
                } | {
                    /** @enum {string} */
                    type: "video";
                    /**
                     * @description A phone number as people write it, a group’s address (`…@g.us`) or a person’s (`…@lid`).
                     * @example +62 812-1000-0001
                     */
                    to: string;
                    /** @description The message to answer: its `id`, or its `wa_id`. */
                    reply_to?: string;
                    /**
                     * @description A file: exactly one of `id`, `url` and `base64`.
                     * @example {
                     *       "url": "https://example.com/a.jpg"
                     *     }
                     */
                    media: {
                        /** @description A file that was stored or received. */
                        id?: string;
                        /** @description Fetched once, now. */
                        url?: string;
                        /** @description The file itself; the body may have 24 MB. */
                        base64?: string;
                        /** @description Counts where the content does not show it. */
                        mimetype?: string;
                        file_name?: string;
                    };
                    caption?: string;
                    /** @description Persons named in the text by `@<number>`. */
                    mentions?: string[];
                    /** @description Names everybody in a group. */
                    mention_all?: boolean;
                    /** @description Phones mark it as forwarded. */
                    forwarded?: boolean;
                    /** @description It can be opened once. */
                    view_once?: boolean;
                    /** @description It repeats and has no sound. */
                    gif?: boolean;
                    /** @description A round video message. */
                    note?: boolean;
                    /**
                     * Format: date-time
                     * @description Not before then, up to a year ahead; without it at once.
                     * @example 2027-01-01T07:00:00+07:00
                     */
                    send_at?: string;
                    /**
                     * Format: date-time
                     * @description Not after then: it ends as `expired` where it was not sent, as `unknown` where nobody can tell.
                     * @example 2027-01-01T12:00:00+07:00
                     */
                    expires_at?: string;
                } | {
                    /** @enum {string} */
                    type: "audio";
                    /**
                     * @description A phone number as people write it, a group’s address (`…@g.us`) or a person’s (`…@lid`).
                     * @example +62 812-1000-0001
                     */
                    to: string;
                    /** @description The message to answer: its `id`, or its `wa_id`. */
                    reply_to?: string;
                    /**
                     * @description A file: exactly one of `id`, `url` and `base64`.
                     * @example {
                     *       "url": "https://example.com/a.jpg"
                     *     }
                     */
                    media: {
                        /** @description A file that was stored or received. */
                        id?: string;
                        /** @description Fetched once, now. */
                        url?: string;
                        /** @description The file itself; the body may have 24 MB. */
                        base64?: string;
                        /** @description Counts where the content does not show it. */
                        mimetype?: string;
                        file_name?: string;
                    };
                    /** @description Phones mark it as forwarded. */
                    forwarded?: boolean;
                    /**
                     * Format: date-time
                     * @description Not before then, up to a year ahead; without it at once.
                     * @example 2027-01-01T07:00:00+07:00
                     */
                    send_at?: string;
                    /**
                     * Format: date-time
                     * @description Not after then: it ends as `expired` where it was not sent, as `unknown` where nobody can tell.
                     * @example 2027-01-01T12:00:00+07:00
                     */
                    expires_at?: string;
                } | {
                    /** @enum {string} */
                    type: "voice";
                    /**
                     * @description A phone number as people write it, a group’s address (`…@g.us`) or a person’s (`…@lid`).
                     * @example +62 812-1000-0001
                     */
                    to: string;
                    /** @description The message to answer: its `id`, or its `wa_id`. */
                    reply_to?: string;
                    /**
                     * @description A file: exactly one of `id`, `url` and `base64`.
                     * @example {
                     *       "url": "https://example.com/a.jpg"
                     *     }
                     */
                    media: {
                        /** @description A file that was stored or received. */
                        id?: string;
                        /** @description Fetched once, now. */
                        url?: string;
                        /** @description The file itself; the body may have 24 MB. */
                        base64?: string;
                        /** @description Counts where the content does not show it. */
                        mimetype?: string;
                        file_name?: string;
                    };
                    /** @description It can be opened once. */
                    view_once?: boolean;
                    /** @description Phones mark it as forwarded. */
                    forwarded?: boolean;
                    /**
                     * Format: date-time
                     * @description Not before then, up to a year ahead; without it at once.
                     * @example 2027-01-01T07:00:00+07:00
                     */
                    send_at?: string;
                    /**
                     * Format: date-time
                     * @description Not after then: it ends as `expired` where it was not sent, as `unknown` where nobody can tell.
                     * @example 2027-01-01T12:00:00+07:00
                     */
                    expires_at?: string;
                } | {
                    /** @enum {string} */
                    type: "document";
                    /**
                     * @description A phone number as people write it, a group’s address (`…@g.us`) or a person’s (`…@lid`).
                     * @example +62 812-1000-0001
                     */
                    to: string;
                    /** @description The message to answer: its `id`, or its `wa_id`. */
                    reply_to?: string;
                    /**
                     * @description A file: exactly one of `id`, `url` and `base64`.
                     * @example {
                     *       "url": "https://example.com/a.jpg"
                     *     }
                     */
                    media: {
                        /** @description A file that was stored or received. */
                        id?: string;
                        /** @description Fetched once, now. */
                        url?: string;
                        /** @description The file itself; the body may have 24 MB. */
                        base64?: string;
                        /** @description Counts where the content does not show it. */
                        mimetype?: string;
                        file_name?: string;
                    };
                    caption?: string;
                    /** @description Persons named in the text by `@<number>`. */
                    mentions?: string[];
                    /** @description Names everybody in a group. */
                    mention_all?: boolean;
                    /** @description Phones mark it as forwarded. */
                    forwarded?: boolean;
                    file_name?: string;
                    /**
                     * Format: date-time
                     * @description Not before then, up to a year ahead; without it at once.
                     * @example 2027-01-01T07:00:00+07:00
                     */
                    send_at?: string;
                    /**
                     * Format: date-time
                     * @description Not after then: it ends as `expired` where it was not sent, as `unknown` where nobody can tell.
                     * @example 2027-01-01T12:00:00+07:00
                     */
                    expires_at?: string;
                } | {
                    /** @enum {string} */
                    type: "sticker";
                    /**
                     * @description A phone number as people write it, a group’s address (`…@g.us`) or a person’s (`…@lid`).
                     * @example +62 812-1000-0001
                     */
                    to: string;
                    /** @description The message to answer: its `id`, or its `wa_id`. */
                    reply_to?: string;
                    /**
                     * @description A file: exactly one of `id`, `url` and `base64`.
                     * @example {
                     *       "url": "https://example.com/a.jpg"
                     *     }
                     */
                    media: {
                        /** @description A file that was stored or received. */
                        id?: string;
                        /** @description Fetched once, now. */
                        url?: string;
                        /** @description The file itself; the body may have 24 MB. */
                        base64?: string;
                        /** @description Counts where the content does not show it. */
                        mimetype?: string;
                        file_name?: string;
                    };
                    /** @description Phones mark it as forwarded. */
                    forwarded?: boolean;
                    /**
                     * Format: date-time
                     * @description Not before then, up to a year ahead; without it at once.
                     * @example 2027-01-01T07:00:00+07:00
                     */
                    send_at?: string;
                    /**
                     * Format: date-time
                     * @description Not after then: it ends as `expired` where it was not sent, as `unknown` where nobody can tell.
                     * @example 2027-01-01T12:00:00+07:00
                     */
                    expires_at?: string;
                } | {
                    /** @enum {string} */
                    type: "location";
                    /**
                     * @description A phone number as people write it, a group’s address (`…@g.us`) or a person’s (`…@lid`).
                     * @example +62 812-1000-0001
                     */
                    to: string;
                    /** @description The message to answer: its `id`, or its `wa_id`. */
                    reply_to?: string;
                    latitude: number;
                    longitude: number;
                    name?: string;
                    address?: string;
                    /** @description Phones mark it as forwarded. */
                    forwarded?: boolean;
                    /**
                     * Format: date-time
                     * @description Not before then, up to a year ahead; without it at once.
                     * @example 2027-01-01T07:00:00+07:00
                     */
                    send_at?: string;
                    /**
                     * Format: date-time
                     * @description Not after then: it ends as `expired` where it was not sent, as `unknown` where nobody can tell.
                     * @example 2027-01-01T12:00:00+07:00
                     */
                    expires_at?: string;
                } | {
                    /** @enum {string} */
                    type: "contacts";
                    /**
                     * @description A phone number as people write it, a group’s address (`…@g.us`) or a person’s (`…@lid`).
                     * @example +62 812-1000-0001
                     */
                    to: string;
                    /** @description The message to answer: its `id`, or its `wa_id`. */
                    reply_to?: string;
                    contacts: {
                        name: string;
                        phones?: {
                            /** @description As people write it. */
                            number: string;
                            /**
                             * @example CELL
                             * @example WORK
                             */
                            type?: string;
                        }[];
                        organization?: string;
                        /** @description The whole card, in place of one made of the others. */
                        vcard?: string;
                    }[];
                    /** @description Phones mark it as forwarded. */
                    forwarded?: boolean;
                    /**
                     * Format: date-time
                     * @description Not before then, up to a year ahead; without it at once.
                     * @example 2027-01-01T07:00:00+07:00
                     */
                    send_at?: string;
                    /**
                     * Format: date-time
                     * @description Not after then: it ends as `expired` where it was not sent, as `unknown` where nobody can tell.
                     * @example 2027-01-01T12:00:00+07:00
                     */
                    expires_at?: string;
                } | {
                    /** @enum {string} */
                    type: "poll";
                    /**
                     * @description A phone number as people write it, a group’s address (`…@g.us`) or a person’s (`…@lid`).
                     * @example +62 812-1000-0001
                     */
                    to: string;
                    /** @description The message to answer: its `id`, or its `wa_id`. */
                    reply_to?: string;
                    question: string;
                    options: string[];
                    /** @description How many may be chosen; 0: any number. Default: 1. */
                    selectable?: number;
                    /**
                     * Format: date-time
                     * @description Not before then, up to a year ahead; without it at once.
                     * @example 2027-01-01T07:00:00+07:00
                     */
                    send_at?: string;
                    /**
                     * Format: date-time
                     * @description Not after then: it ends as `expired` where it was not sent, as `unknown` where nobody can tell.
                     * @example 2027-01-01T12:00:00+07:00
                     */
                    expires_at?: string;
                } | {
                    /** @enum {string} */
                    type: "reaction";
                    /**
                     * @description A phone number as people write it, a group’s address (`…@g.us`) or a person’s (`…@lid`).
                     * @example +62 812-1000-0001
                     */
                    to?: string;
                    /** @description The `id` of a message, or what WhatsApp knows it by. */
                    target: string | {
                        wa_id: string;
                        from_me: boolean;
                        /** @description Who sent it, in a group. */
                        participant?: string;
                    };
                    /** @description Empty takes the reaction back. */
                    emoji: string;
                    /**
                     * Format: date-time
                     * @description Not before then, up to a year ahead; without it at once.
                     * @example 2027-01-01T07:00:00+07:00
                     */
                    send_at?: string;
                    /**
                     * Format: date-time
                     * @description Not after then: it ends as `expired` where it was not sent, as `unknown` where nobody can tell.
                     * @example 2027-01-01T12:00:00+07:00
                     */
                    expires_at?: string;
                } | {
                    /** @enum {string} */
                    type: "forward";
                    /**
                     * @description A phone number as people write it, a group’s address (`…@g.us`) or a person’s (`…@lid`).
                     * @example +62 812-1000-0001
                     */
                    to: string;
                    /** @description The `id` of the message to pass on. */
                    message: string;
                    /**
                     * Format: date-time
                     * @description Not before then, up to a year ahead; without it at once.
                     * @example 2027-01-01T07:00:00+07:00
                     */
                    send_at?: string;
                    /**
                     * Format: date-time
                     * @description Not after then: it ends as `expired` where it was not sent, as `unknown` where nobody can tell.
                     * @example 2027-01-01T12:00:00+07:00
                     */
                    expires_at?: string;
                } | {
                    /** @enum {string} */
                    type: "list";
                    /**
                     * @description A phone number as people write it, a group’s address (`…@g.us`) or a person’s (`…@lid`).
                     * @example +62 812-1000-0001
                     */
                    to: string;
                    /** @description The message to answer: its `id`, or its `wa_id`. */
                    reply_to?: string;
                    text: string;
                    title?: string;
                    footer?: string;
                    /** @description What opens the list. */
                    button_text: string;
                    sections: {
                        title: string;
                        rows: {
                            id: string;
                            title: string;
                            description?: string;
                        }[];
                    }[];
                    /**
                     * @description `interactive` (default): as WhatsApp’s interactive message, which not every phone shows. `text`: the numbered choices as a text, which every phone shows. An answer with the number counts as the choice in both.
                     * @enum {string}
                     */
                    form?: "interactive" | "text";
                    /**
                     * Format: date-time
                     * @description Not before then, up to a year ahead; without it at once.
                     * @example 2027-01-01T07:00:00+07:00
                     */
                    send_at?: string;
                    /**
                     * Format: date-time
                     * @description Not after then: it ends as `expired` where it was not sent, as `unknown` where nobody can tell.
                     * @example 2027-01-01T12:00:00+07:00
                     */
                    expires_at?: string;
                } | {
                    /** @enum {string} */
                    type: "buttons";
                    /**
                     * @description A phone number as people write it, a group’s address (`…@g.us`) or a person’s (`…@lid`).
                     * @example +62 812-1000-0001
                     */
                    to: string;
                    /** @description The message to answer: its `id`, or its `wa_id`. */
                    reply_to?: string;
                    text: string;
                    header?: string;
                    footer?: string;
                    /**
                     * @description A file: exactly one of `id`, `url` and `base64`.
                     * @example {
                     *       "url": "https://example.com/a.jpg"
                     *     }
                     */
                    media?: {
                        /** @description A file that was stored or received. */
                        id?: string;
                        /** @description Fetched once, now. */
                        url?: string;
                        /** @description The file itself; the body may have 24 MB. */
                        base64?: string;
                        /** @description Counts where the content does not show it. */
                        mimetype?: string;
                        file_name?: string;
                    };
                    buttons: {
                        /** @enum {string} */
                        kind: "reply" | "url" | "call";
                        title: string;
                        /** @description Comes back with the answer; for `reply`. */
                        id?: string;
                        /** @description For `url`. */
                        url?: string;
                        /** @description As people write it; for `call`. */
                        phone?: string;
                    }[];
                    /**
                     * @description `interactive` (default): as WhatsApp’s interactive message, which not every phone shows. `text`: the numbered choices as a text, which every phone shows. An answer with the number counts as the choice in both.
                     * @enum {string}
                     */
                    form?: "interactive" | "text";
                    /**
                     * Format: date-time
                     * @description Not before then, up to a year ahead; without it at once.
                     * @example 2027-01-01T07:00:00+07:00
                     */
                    send_at?: string;
                    /**
                     * Format: date-time
                     * @description Not after then: it ends as `expired` where it was not sent, as `unknown` where nobody can tell.
                     * @example 2027-01-01T12:00:00+07:00
                     */
                    expires_at?: string;
                };
            };
        };
        responses: {
            /** @description WhatsApp’s server has it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description Accepted: it is on disk and will be sent once, whatever happens. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getMedia: {
        parameters: {
            query?: {
                /** @description Another tenant than the key’s own; admin keys only. */
                tenant?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description The bytes that `Range` asked for. */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description The file is the one that `If-None-Match` names. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    checkNumbers: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key with the same request within 72 hours is answered with the first answer; nothing is done twice. */
                "idempotency-key"?: string;
            };
            path: {
                /** @description The session’s id. */
                session: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "numbers": [
                 *         "+62 812-1000-0001"
                 *       ]
                 *     }
                 */
                "application/json": {
                    /** @description Phone numbers as people write them. */
                    numbers: string[];
                };
            };
        };
        responses: {
            /** @description One entry per number, in the order asked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "number": "number",
                     *           "exists": true
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: {
                            /** @description As asked. */
                            number: string;
                            exists: boolean;
                            jid?: string;
                            phone?: string;
                            lid?: string;
                        }[];
                    };
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listGroups: {
        parameters: {
            query?: {
                /** @description Entries of a page. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description The session’s id. */
                session: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Groups by id. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "120363000000000001@g.us",
                     *           "subject": "subject",
                     *           "created_at": "2026-03-01T12:00:00.000Z",
                     *           "participants": [
                     *             {
                     *               "id": "id",
                     *               "phone": "6281210000001",
                     *               "admin": true
                     *             }
                     *           ]
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": {
                        data: {
                            /** @example 120363000000000001@g.us */
                            id: string;
                            subject: string;
                            /** Format: date-time */
                            created_at: string;
                            participants: {
                                /** @description The address that the group uses. */
                                id: string;
                                /** @description Digits, where known. */
                                phone: string | null;
                                admin: boolean;
                            }[];
                        }[];
                        /** @description Send it as `cursor` for the next page; null on the last. */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createGroup: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key with the same request within 72 hours is answered with the first answer; nothing is done twice. */
                "idempotency-key"?: string;
            };
            path: {
                /** @description The session’s id. */
                session: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "subject": "Arisan RT 05",
                 *       "participants": [
                 *         "+62 812-1000-0001"
                 *       ]
                 *     }
                 */
                "application/json": {
                    /** @description The group’s name. */
                    subject: string;
                    /** @description Phone numbers as people write them, or addresses. */
                    participants: string[];
                };
            };
        };
        responses: {
            /** @description The group. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "120363000000000001@g.us",
                     *       "subject": "subject",
                     *       "created_at": "2026-03-01T12:00:00.000Z",
                     *       "participants": [
                     *         {
                     *           "id": "id",
                     *           "phone": "6281210000001",
                     *           "admin": true
                     *         }
                     *       ],
                     *       "not_added": [
                     *         "text"
                     *       ]
                     *     }
                     */
                    "application/json": {
                        /** @example 120363000000000001@g.us */
                        id: string;
                        subject: string;
                        /** Format: date-time */
                        created_at: string;
                        participants: {
                            /** @description The address that the group uses. */
                            id: string;
                            /** @description Digits, where known. */
                            phone: string | null;
                            admin: boolean;
                        }[];
                        /** @description Whom WhatsApp did not add, as you wrote them. */
                        not_added: string[];
                    };
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getGroup: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session’s id. */
                session: string;
                /** @description The group’s id, with or without `@g.us`. */
                group: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The group. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "120363000000000001@g.us",
                     *       "subject": "subject",
                     *       "created_at": "2026-03-01T12:00:00.000Z",
                     *       "participants": [
                     *         {
                     *           "id": "id",
                     *           "phone": "6281210000001",
                     *           "admin": true
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        /** @example 120363000000000001@g.us */
                        id: string;
                        subject: string;
                        /** Format: date-time */
                        created_at: string;
                        participants: {
                            /** @description The address that the group uses. */
                            id: string;
                            /** @description Digits, where known. */
                            phone: string | null;
                            admin: boolean;
                        }[];
                    };
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeGroup: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session’s id. */
                session: string;
                /** @description The group’s id, with or without `@g.us`. */
                group: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "subject": "Arisan RT 06"
                 *     }
                 */
                "application/json": {
                    /** @description The group’s name. */
                    subject: string;
                };
            };
        };
        responses: {
            /** @description The group. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "120363000000000001@g.us",
                     *       "subject": "subject",
                     *       "created_at": "2026-03-01T12:00:00.000Z",
                     *       "participants": [
                     *         {
                     *           "id": "id",
                     *           "phone": "6281210000001",
                     *           "admin": true
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        /** @example 120363000000000001@g.us */
                        id: string;
                        subject: string;
                        /** Format: date-time */
                        created_at: string;
                        participants: {
                            /** @description The address that the group uses. */
                            id: string;
                            /** @description Digits, where known. */
                            phone: string | null;
                            admin: boolean;
                        }[];
                    };
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeParticipants: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key with the same request within 72 hours is answered with the first answer; nothing is done twice. */
                "idempotency-key"?: string;
            };
            path: {
                /** @description The session’s id. */
                session: string;
                /** @description The group’s id, with or without `@g.us`. */
                group: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "action": "add",
                 *       "participants": [
                 *         "+62 812-1000-0001"
                 *       ]
                 *     }
                 */
                "application/json": {
                    /** @enum {string} */
                    action: "add" | "remove" | "promote" | "demote";
                    /** @description Phone numbers as people write them, or addresses. */
                    participants: string[];
                };
            };
        };
        responses: {
            /** @description What became of each, in the order asked. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "participant": "participant",
                     *           "done": true,
                     *           "code": null
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: {
                            /** @description As you wrote it. */
                            participant: string;
                            done: boolean;
                            /** @description WhatsApp’s code where it was not done; 403: can only be invited, 404: unknown, 409: is in it. */
                            code: string | null;
                        }[];
                    };
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getInvite: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session’s id. */
                session: string;
                /** @description The group’s id, with or without `@g.us`. */
                group: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The invitation link. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "link": "https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv"
                     *     }
                     */
                    "application/json": {
                        /** @example https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv */
                        link: string;
                    };
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    renewInvite: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key with the same request within 72 hours is answered with the first answer; nothing is done twice. */
                "idempotency-key"?: string;
            };
            path: {
                /** @description The session’s id. */
                session: string;
                /** @description The group’s id, with or without `@g.us`. */
                group: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The invitation link. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "link": "https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv"
                     *     }
                     */
                    "application/json": {
                        /** @example https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv */
                        link: string;
                    };
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    leaveGroup: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key with the same request within 72 hours is answered with the first answer; nothing is done twice. */
                "idempotency-key"?: string;
            };
            path: {
                /** @description The session’s id. */
                session: string;
                /** @description The group’s id, with or without `@g.us`. */
                group: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listChats: {
        parameters: {
            query?: {
                /** @description Entries of a page. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Another tenant than the key’s own; admin keys only. */
                tenant?: string;
            };
            header?: never;
            path: {
                /** @description The session’s id. */
                session: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Chats, the one with the newest message first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "id",
                     *           "name": "Shop",
                     *           "lid": null,
                     *           "unread": 1,
                     *           "last_message": {
                     *             "id": "msg_01KAJ2Q6V0M5T9GQ3J3W4X5Y6Z",
                     *             "wa_id": "3EB0C767D26A1B2E5F01",
                     *             "session": "shop-1",
                     *             "chat": "6281311110001",
                     *             "direction": "out",
                     *             "type": "text",
                     *             "status": "accepted",
                     *             "status_history": [
                     *               {
                     *                 "status": "accepted",
                     *                 "at": "2026-03-01T12:00:00.000Z"
                     *               }
                     *             ],
                     *             "from": "6281210000001",
                     *             "to": "6281311110001",
                     *             "from_me": true,
                     *             "timestamp": "2026-03-01T12:00:00.000Z",
                     *             "attempts": 1
                     *           }
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": {
                        data: {
                            /** @description Digits of the other person, or the group’s address. */
                            id: string;
                            /** @description How the person calls himself, where known. */
                            name: string | null;
                            /** @description WhatsApp’s other name of the person, where known. */
                            lid: string | null;
                            /** @description Messages that were not marked read here, up to 1000. */
                            unread: number;
                            last_message: components["schemas"]["Message"];
                        }[];
                        /** @description Send it as `cursor` for the next page; null on the last. */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readChat: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key with the same request within 72 hours is answered with the first answer; nothing is done twice. */
                "idempotency-key"?: string;
            };
            path: {
                /** @description The session’s id. */
                session: string;
                /** @description A phone number, or the address of a person or group. */
                chat: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "read": 1
                     *     }
                     */
                    "application/json": {
                        /** @description Messages that were marked read. */
                        read: number;
                    };
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    typeInChat: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key with the same request within 72 hours is answered with the first answer; nothing is done twice. */
                "idempotency-key"?: string;
            };
            path: {
                /** @description The session’s id. */
                session: string;
                /** @description A phone number, or the address of a person or group. */
                chat: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "state": "composing"
                 *     }
                 */
                "application/json": {
                    /**
                     * @description Default: `composing`.
                     * @enum {string}
                     */
                    state?: "composing" | "recording" | "paused";
                };
            };
        };
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    askPresence: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key with the same request within 72 hours is answered with the first answer; nothing is done twice. */
                "idempotency-key"?: string;
            };
            path: {
                /** @description The session’s id. */
                session: string;
                /** @description A phone number, or the address of a person or group. */
                chat: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What the person shows. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "state": "available",
                     *       "last_seen": "2026-03-01T12:00:00.000Z"
                     *     }
                     */
                    "application/json": {
                        /**
                         * @description `unknown`: the person does not show it.
                         * @enum {string}
                         */
                        state: "available" | "unavailable" | "unknown";
                        /** Format: date-time */
                        last_seen: string | null;
                    };
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listContacts: {
        parameters: {
            query?: {
                /** @description Entries of a page. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Another tenant than the key’s own; admin keys only. */
                tenant?: string;
            };
            header?: never;
            path: {
                /** @description The session’s id. */
                session: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Persons who wrote to the account, in order of their first message. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "id",
                     *           "phone": "6281210000001",
                     *           "lid": null,
                     *           "name": "Shop"
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": {
                        data: {
                            /** @description The phone number’s digits where known, else the LID. */
                            id: string;
                            /** @description Digits. */
                            phone: string | null;
                            /** @description Digits of WhatsApp’s other name of the same person. */
                            lid: string | null;
                            /** @description How the person calls himself. */
                            name: string | null;
                        }[];
                        /** @description Send it as `cursor` for the next page; null on the last. */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getContact: {
        parameters: {
            query?: {
                /** @description Another tenant than the key’s own; admin keys only. */
                tenant?: string;
            };
            header?: never;
            path: {
                /** @description The session’s id. */
                session: string;
                /** @description A phone number, or the address of a person. */
                contact: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The person. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "id",
                     *       "phone": "6281210000001",
                     *       "lid": null,
                     *       "name": "Shop",
                     *       "about": null,
                     *       "picture_url": null,
                     *       "blocked": true
                     *     }
                     */
                    "application/json": {
                        /** @description The phone number’s digits where known, else the LID. */
                        id: string;
                        /** @description Digits. */
                        phone: string | null;
                        /** @description Digits of WhatsApp’s other name of the same person. */
                        lid: string | null;
                        /** @description How the person calls himself. */
                        name: string | null;
                        /** @description What the person says of himself, where the account may see it. */
                        about: string | null;
                        /** @description The profile picture at WhatsApp, valid for some days. */
                        picture_url: string | null;
                        /** @description The account shuts the person out. */
                        blocked: boolean;
                    };
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    forgetContact: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session’s id. */
                session: string;
                /** @description A phone number, or the address of a person. */
                contact: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How many of each were deleted. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "messages": 41,
                     *       "events": 103,
                     *       "files": 2,
                     *       "contacts": 1
                     *     }
                     */
                    "application/json": {
                        /** @description Of the chat, and of groups those that the person wrote. */
                        messages: number;
                        /** @description With their webhook deliveries. */
                        events: number;
                        /** @description That the person sent. */
                        files: number;
                        /** @description 1 where the names were kept. */
                        contacts: number;
                    };
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    blockContact: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key with the same request within 72 hours is answered with the first answer; nothing is done twice. */
                "idempotency-key"?: string;
            };
            path: {
                /** @description The session’s id. */
                session: string;
                /** @description A phone number, or the address of a person. */
                contact: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    unblockContact: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key with the same request within 72 hours is answered with the first answer; nothing is done twice. */
                "idempotency-key"?: string;
            };
            path: {
                /** @description The session’s id. */
                session: string;
                /** @description A phone number, or the address of a person. */
                contact: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listBlocked: {
        parameters: {
            query?: {
                /** @description Another tenant than the key’s own; admin keys only. */
                tenant?: string;
            };
            header?: never;
            path: {
                /** @description The session’s id. */
                session: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Whom the account shuts out. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "id",
                     *           "phone": "6281210000001",
                     *           "lid": null
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        data: {
                            /** @description The phone number’s digits where known, else the LID. */
                            id: string;
                            /** @description Digits. */
                            phone: string | null;
                            /** @description Digits of WhatsApp’s other name of the same person. */
                            lid: string | null;
                        }[];
                    };
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    exportContact: {
        parameters: {
            query?: {
                /** @description Entries of a page. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Another tenant than the key’s own; admin keys only. */
                tenant?: string;
            };
            header?: never;
            path: {
                /** @description The session’s id. */
                session: string;
                /** @description A phone number, or the address of a person. */
                contact: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What is kept. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "kind": "contact",
                     *           "contact": {
                     *             "phone": "6281210000001",
                     *             "lid": "100000000000001",
                     *             "name": "Ani"
                     *           }
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": {
                        data: {
                            /** @enum {string} */
                            kind: "contact" | "message" | "event";
                            /** @description The names. */
                            contact?: {
                                phone: string | null;
                                lid: string | null;
                                name: string | null;
                            };
                            message?: components["schemas"]["Message"];
                            event?: components["schemas"]["Event"];
                        }[];
                        /** @description Send it as `cursor` for the next page; null on the last. */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listWebhooks: {
        parameters: {
            query?: {
                /** @description Entries of a page. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Another tenant than the key’s own; admin keys only. */
                tenant?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Webhooks, oldest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "end_01KAJ2Q6V0M5T9GQ3J3W4X5Y6Z",
                     *           "url": "https://example.com/hooks/kurir",
                     *           "events": [
                     *             "message.*",
                     *             "session.status"
                     *           ],
                     *           "session": "shop-1",
                     *           "headers": {},
                     *           "previous_secret_until": "2026-03-01T12:00:00.000Z",
                     *           "format": "format",
                     *           "disabled_at": "2026-03-01T12:00:00.000Z",
                     *           "created_at": "2026-03-01T12:00:00.000Z"
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": {
                        data: components["schemas"]["Webhook"][];
                        /** @description Send it as `cursor` for the next page; null on the last. */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createWebhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key with the same request within 72 hours is answered with the first answer; nothing is done twice. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "url": "https://example.com/hooks/kurir",
                 *       "events": [
                 *         "message.*"
                 *       ]
                 *     }
                 */
                "application/json": {
                    /** @description Where events are posted to (http or https). */
                    url: string;
                    /** @description Names of events, `message.*` for a family, `*` for all. Default: all. */
                    events?: string[];
                    /**
                     * @description Only this session’s events.
                     * @example shop-1
                     */
                    session?: string;
                    /** @description Sent with every delivery. */
                    headers?: {
                        [key: string]: string;
                    };
                    /** @description `whsec_<base64 of 24 to 64 bytes>`; made when absent. */
                    secret?: string;
                };
            };
        };
        responses: {
            /** @description The webhook, with its secret. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getWebhook: {
        parameters: {
            query?: {
                /** @description Another tenant than the key’s own; admin keys only. */
                tenant?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The webhook. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "events": [
                 *         "message.received",
                 *         "session.*"
                 *       ],
                 *       "disabled": false
                 *     }
                 */
                "application/json": {
                    /** @description Where events are posted to (http or https). */
                    url?: string;
                    /** @description Names of events, `message.*` for a family, `*` for all. Default: all. */
                    events?: string[];
                    /** @description Sent with every delivery. */
                    headers?: {
                        [key: string]: string;
                    };
                    /** @description True makes what waits dead, and nothing new is posted; false begins again. */
                    disabled?: boolean;
                };
            };
        };
        responses: {
            /** @description The webhook. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rotateWebhookSecret: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key with the same request within 72 hours is answered with the first answer; nothing is done twice. */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /** @example {} */
                "application/json": {
                    /** @description `whsec_<base64 of 24 to 64 bytes>`; made when absent. */
                    secret?: string;
                };
            };
        };
        responses: {
            /** @description The webhook, with its new secret. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    testWebhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key with the same request within 72 hours is answered with the first answer; nothing is done twice. */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What came of it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "delivered": true,
                     *       "status": null,
                     *       "error": null,
                     *       "took_ms": 1,
                     *       "event": "event"
                     *     }
                     */
                    "application/json": {
                        delivered: boolean;
                        /** @description HTTP status of the answer. */
                        status: number | null;
                        /** @description As `last_error` of a delivery. */
                        error: string | null;
                        took_ms: number;
                        /** @description The `webhook-id` that was sent. */
                        event: string;
                    };
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listDeliveries: {
        parameters: {
            query?: {
                /** @description Entries of a page. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Another tenant than the key’s own; admin keys only. */
                tenant?: string;
                status?: "pending" | "delivered" | "dead";
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deliveries, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "id",
                     *           "webhook": "webhook",
                     *           "url": "url",
                     *           "event": "event",
                     *           "type": "text",
                     *           "status": "pending",
                     *           "attempts": 1,
                     *           "due_at": "2026-03-01T12:00:00.000Z",
                     *           "last_status": null,
                     *           "last_error": null,
                     *           "created_at": "2026-03-01T12:00:00.000Z",
                     *           "finished_at": "2026-03-01T12:00:00.000Z"
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": {
                        data: {
                            id: string;
                            /** @description The webhook; a message’s own target has an id of its own. */
                            webhook: string;
                            url: string;
                            /** @description Id of the event; the `webhook-id` header. */
                            event: string;
                            type: string;
                            /** @enum {string} */
                            status: "pending" | "delivered" | "dead";
                            attempts: number;
                            /**
                             * Format: date-time
                             * @description Of the next attempt; null while an earlier one waits.
                             */
                            due_at: string | null;
                            /** @description HTTP status of the last answer. */
                            last_status: number | null;
                            last_error: string | null;
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            finished_at: string | null;
                        }[];
                        /** @description Send it as `cursor` for the next page; null on the last. */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAllDeliveries: {
        parameters: {
            query?: {
                /** @description Entries of a page. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Another tenant than the key’s own; admin keys only. */
                tenant?: string;
                /** @description Only those of events of this message, of any status. */
                message?: string;
                /** @description Only of this session’s own. */
                session?: string;
                /** @description Default: `dead`; with `message`: all. */
                status?: "pending" | "delivered" | "dead";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deliveries, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "id",
                     *           "webhook": "webhook",
                     *           "url": "url",
                     *           "event": "event",
                     *           "type": "text",
                     *           "status": "pending",
                     *           "attempts": 1,
                     *           "due_at": "2026-03-01T12:00:00.000Z",
                     *           "last_status": null,
                     *           "last_error": null,
                     *           "created_at": "2026-03-01T12:00:00.000Z",
                     *           "finished_at": "2026-03-01T12:00:00.000Z"
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": {
                        data: {
                            id: string;
                            /** @description The webhook; a message’s own target has an id of its own. */
                            webhook: string;
                            url: string;
                            /** @description Id of the event; the `webhook-id` header. */
                            event: string;
                            type: string;
                            /** @enum {string} */
                            status: "pending" | "delivered" | "dead";
                            attempts: number;
                            /**
                             * Format: date-time
                             * @description Of the next attempt; null while an earlier one waits.
                             */
                            due_at: string | null;
                            /** @description HTTP status of the last answer. */
                            last_status: number | null;
                            last_error: string | null;
                            /** Format: date-time */
                            created_at: string;
                            /** Format: date-time */
                            finished_at: string | null;
                        }[];
                        /** @description Send it as `cursor` for the next page; null on the last. */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getDelivery: {
        parameters: {
            query?: {
                /** @description Another tenant than the key’s own; admin keys only. */
                tenant?: string;
            };
            header?: never;
            path: {
                /** @description The delivery’s id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The delivery, with what is posted and what was answered. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "id",
                     *       "webhook": "webhook",
                     *       "url": "url",
                     *       "event": "event",
                     *       "type": "text",
                     *       "status": "pending",
                     *       "attempts": 1,
                     *       "due_at": "2026-03-01T12:00:00.000Z",
                     *       "last_status": null,
                     *       "last_error": null,
                     *       "created_at": "2026-03-01T12:00:00.000Z",
                     *       "finished_at": "2026-03-01T12:00:00.000Z",
                     *       "request": {
                     *         "content_type": "content_type",
                     *         "body": "body"
                     *       },
                     *       "answer": null
                     *     }
                     */
                    "application/json": {
                        id: string;
                        /** @description The webhook; a message’s own target has an id of its own. */
                        webhook: string;
                        url: string;
                        /** @description Id of the event; the `webhook-id` header. */
                        event: string;
                        type: string;
                        /** @enum {string} */
                        status: "pending" | "delivered" | "dead";
                        attempts: number;
                        /**
                         * Format: date-time
                         * @description Of the next attempt; null while an earlier one waits.
                         */
                        due_at: string | null;
                        /** @description HTTP status of the last answer. */
                        last_status: number | null;
                        last_error: string | null;
                        /** Format: date-time */
                        created_at: string;
                        /** Format: date-time */
                        finished_at: string | null;
                        /** @description What is posted, as text, cut off after 16 KiB; null for keys without the scope `read`. */
                        request: {
                            content_type: string;
                            body: string;
                        } | null;
                        /** @description How the last answer’s body began: 4 KiB at most. Keys and the webhook’s secrets are masked. */
                        answer: string | null;
                    };
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    redeliver: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key with the same request within 72 hours is answered with the first answer; nothing is done twice. */
                "idempotency-key"?: string;
            };
            path: {
                /** @description The delivery’s id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The delivery as it is now. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "id",
                     *       "webhook": "webhook",
                     *       "url": "url",
                     *       "event": "event",
                     *       "type": "text",
                     *       "status": "pending",
                     *       "attempts": 1,
                     *       "due_at": "2026-03-01T12:00:00.000Z",
                     *       "last_status": null,
                     *       "last_error": null,
                     *       "created_at": "2026-03-01T12:00:00.000Z",
                     *       "finished_at": "2026-03-01T12:00:00.000Z"
                     *     }
                     */
                    "application/json": {
                        id: string;
                        /** @description The webhook; a message’s own target has an id of its own. */
                        webhook: string;
                        url: string;
                        /** @description Id of the event; the `webhook-id` header. */
                        event: string;
                        type: string;
                        /** @enum {string} */
                        status: "pending" | "delivered" | "dead";
                        attempts: number;
                        /**
                         * Format: date-time
                         * @description Of the next attempt; null while an earlier one waits.
                         */
                        due_at: string | null;
                        /** @description HTTP status of the last answer. */
                        last_status: number | null;
                        last_error: string | null;
                        /** Format: date-time */
                        created_at: string;
                        /** Format: date-time */
                        finished_at: string | null;
                    };
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    recoverWebhook: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key with the same request within 72 hours is answered with the first answer; nothing is done twice. */
                "idempotency-key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "since": "2026-03-01T00:00:00Z"
                 *     }
                 */
                "application/json": {
                    /**
                     * Format: date-time
                     * @description Deliveries made since then.
                     */
                    since: string;
                };
            };
        };
        responses: {
            /** @description They are on their way. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "recovered": 1
                     *     }
                     */
                    "application/json": {
                        /** @description Deliveries that are pending again, or are tried now. */
                        recovered: number;
                    };
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listRules: {
        parameters: {
            query?: {
                /** @description Entries of a page. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Another tenant than the key’s own; admin keys only. */
                tenant?: string;
            };
            header?: never;
            path: {
                /** @description The session’s id. */
                session: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Rules in the order in which they are tried. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "data": [
                     *         {
                     *           "id": "rul_01KAJ2Q6V0M5T9GQ3J3W4X5Y6Z",
                     *           "keyword": "keyword",
                     *           "match": "exact",
                     *           "action": {
                     *             "type": "reply"
                     *           },
                     *           "enabled": true,
                     *           "order": 1,
                     *           "created_at": "2026-03-01T12:00:00.000Z"
                     *         }
                     *       ],
                     *       "next_cursor": null
                     *     }
                     */
                    "application/json": {
                        data: {
                            /** @example rul_01KAJ2Q6V0M5T9GQ3J3W4X5Y6Z */
                            id: string;
                            keyword: string;
                            /** @enum {string} */
                            match: "exact" | "prefix" | "contains" | "regex" | "any";
                            action: {
                                /** @enum {string} */
                                type: "reply" | "webhook";
                                messages?: ({
                                    type: string;
                                } & {
                                    [key: string]: unknown;
                                })[];
                                url?: string;
                                webhookkey?: string;
                            };
                            enabled: boolean;
                            order: number;
                            /** Format: date-time */
                            created_at: string;
                        }[];
                        /** @description Send it as `cursor` for the next page; null on the last. */
                        next_cursor: string | null;
                    };
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createRule: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key with the same request within 72 hours is answered with the first answer; nothing is done twice. */
                "idempotency-key"?: string;
            };
            path: {
                /** @description The session’s id. */
                session: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "keyword": "price",
                 *       "action": {
                 *         "type": "reply",
                 *         "messages": [
                 *           {
                 *             "type": "text",
                 *             "text": "Rp 10.000"
                 *           }
                 *         ]
                 *       }
                 *     }
                 */
                "application/json": {
                    /** @description One that ends in `#` takes arguments: `offer#` matches `offer#Ani#2`. Empty with `any`. */
                    keyword?: string;
                    /**
                     * @description How the keyword is looked for; case and surrounding white space do not count. `regex` is RE2. Default: exact.
                     * @enum {string}
                     */
                    match?: "exact" | "prefix" | "contains" | "regex" | "any";
                    /** @description Default: true. */
                    enabled?: boolean;
                    /** @description Rules are tried by rising order, the first that matches wins. Default: last. */
                    order?: number;
                    /** @description What is done. */
                    action: {
                        /** @enum {string} */
                        type: "reply" | "webhook";
                        /** @description Of a `reply`, in order. */
                        messages?: {
                            [key: string]: unknown;
                        }[];
                        /** @description Of a `webhook`: asked what to reply. */
                        url?: string;
                        /** @description Posted along, so that the URL knows who asks. */
                        webhookkey?: string;
                    };
                };
            };
        };
        responses: {
            /** @description The rule. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "rul_01KAJ2Q6V0M5T9GQ3J3W4X5Y6Z",
                     *       "keyword": "keyword",
                     *       "match": "exact",
                     *       "action": {
                     *         "type": "reply"
                     *       },
                     *       "enabled": true,
                     *       "order": 1,
                     *       "created_at": "2026-03-01T12:00:00.000Z"
                     *     }
                     */
                    "application/json": {
                        /** @example rul_01KAJ2Q6V0M5T9GQ3J3W4X5Y6Z */
                        id: string;
                        keyword: string;
                        /** @enum {string} */
                        match: "exact" | "prefix" | "contains" | "regex" | "any";
                        action: {
                            /** @enum {string} */
                            type: "reply" | "webhook";
                            messages?: ({
                                type: string;
                            } & {
                                [key: string]: unknown;
                            })[];
                            url?: string;
                            webhookkey?: string;
                        };
                        enabled: boolean;
                        order: number;
                        /** Format: date-time */
                        created_at: string;
                    };
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteRule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session’s id. */
                session: string;
                /** @description The rule’s id. */
                rule: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateRule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session’s id. */
                session: string;
                /** @description The rule’s id. */
                rule: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "enabled": false
                 *     }
                 */
                "application/json": {
                    /** @description One that ends in `#` takes arguments: `offer#` matches `offer#Ani#2`. Empty with `any`. */
                    keyword?: string;
                    /**
                     * @description How the keyword is looked for; case and surrounding white space do not count. `regex` is RE2. Default: exact.
                     * @enum {string}
                     */
                    match?: "exact" | "prefix" | "contains" | "regex" | "any";
                    /** @description Default: true. */
                    enabled?: boolean;
                    /** @description Rules are tried by rising order, the first that matches wins. Default: last. */
                    order?: number;
                    /** @description What is done. */
                    action?: {
                        /** @enum {string} */
                        type: "reply" | "webhook";
                        /** @description Of a `reply`, in order. */
                        messages?: {
                            [key: string]: unknown;
                        }[];
                        /** @description Of a `webhook`: asked what to reply. */
                        url?: string;
                        /** @description Posted along, so that the URL knows who asks. */
                        webhookkey?: string;
                    };
                };
            };
        };
        responses: {
            /** @description The rule. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "rul_01KAJ2Q6V0M5T9GQ3J3W4X5Y6Z",
                     *       "keyword": "keyword",
                     *       "match": "exact",
                     *       "action": {
                     *         "type": "reply"
                     *       },
                     *       "enabled": true,
                     *       "order": 1,
                     *       "created_at": "2026-03-01T12:00:00.000Z"
                     *     }
                     */
                    "application/json": {
                        /** @example rul_01KAJ2Q6V0M5T9GQ3J3W4X5Y6Z */
                        id: string;
                        keyword: string;
                        /** @enum {string} */
                        match: "exact" | "prefix" | "contains" | "regex" | "any";
                        action: {
                            /** @enum {string} */
                            type: "reply" | "webhook";
                            messages?: ({
                                type: string;
                            } & {
                                [key: string]: unknown;
                            })[];
                            url?: string;
                            webhookkey?: string;
                        };
                        enabled: boolean;
                        order: number;
                        /** Format: date-time */
                        created_at: string;
                    };
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    tryRules: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key with the same request within 72 hours is answered with the first answer; nothing is done twice. */
                "idempotency-key"?: string;
            };
            path: {
                /** @description The session’s id. */
                session: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "text": "price"
                 *     }
                 */
                "application/json": {
                    /** @description What somebody would write. */
                    text: string;
                    /** @description How he calls himself. Default: Budi. */
                    name?: string;
                    /** @description Whether he writes in a group. Default: false. */
                    in_group?: boolean;
                };
            };
        };
        responses: {
            /** @description What would be done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "outcome": "reply",
                     *       "reason": "no_rule",
                     *       "rule": null
                     *     }
                     */
                    "application/json": {
                        /** @enum {string} */
                        outcome: "reply" | "webhook" | "nothing";
                        /**
                         * @description Why nothing is answered; a stable word.
                         * @example no_rule
                         */
                        reason: string | null;
                        /** @description The rule that matched; null for the default message. */
                        rule: string | null;
                        /** @description Of a `reply`. */
                        messages?: ({
                            type: string;
                        } & {
                            [key: string]: unknown;
                        })[];
                        /** @description What a `webhook` would ask. */
                        url?: string;
                    };
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listEvents: {
        parameters: {
            query?: {
                /** @description Entries of a page. */
                limit?: number;
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description Another tenant than the key’s own; admin keys only. */
                tenant?: string;
                /** @description Only this session’s. */
                session?: string;
                /** @description Names of events, separated by commas. */
                types?: string;
                /** @description Only events after this `seq`; with `session`, since each counts its own. */
                after?: number;
            };
            header?: {
                /** @description With `text/event-stream`: the `id` of the last event that came; the stream goes on behind it. */
                "last-event-id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Events, oldest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        data: components["schemas"]["Event"][];
                        /** @description Send it as `cursor` for the next page; null on the last. */
                        next_cursor: string | null;
                    };
                    "text/event-stream": string;
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getStats: {
        parameters: {
            query?: {
                /** @description Another tenant than the key’s own; admin keys only. */
                tenant?: string;
                /** @description The last hour by the minute (default), or the last day by 15 minutes. */
                window?: "hour" | "day";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What happened. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bucket_seconds": 1,
                     *       "complete_since": "2026-03-01T12:00:00.000Z",
                     *       "buckets": [
                     *         {
                     *           "at": "2026-03-01T12:00:00.000Z",
                     *           "received": 1,
                     *           "sent": 1,
                     *           "failed": 1,
                     *           "delivered": 1,
                     *           "dead": 1
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        bucket_seconds: number;
                        /**
                         * Format: date-time
                         * @description What happened before may not be counted.
                         */
                        complete_since: string;
                        /** @description Oldest first: messages, and of webhook deliveries the newest 1000 of each state. */
                        buckets: {
                            /** Format: date-time */
                            at: string;
                            received: number;
                            sent: number;
                            failed: number;
                            delivered: number;
                            dead: number;
                        }[];
                    };
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Whether the process can do its work. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "ok": true,
                     *       "store": "ok",
                     *       "encryption": "on"
                     *     }
                     */
                    "application/json": {
                        ok: boolean;
                        /** @enum {string} */
                        store: "ok" | "failing";
                        /** @enum {string} */
                        encryption: "on" | "off";
                    };
                };
            };
            /** @description Whether the process can do its work. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "ok": true,
                     *       "store": "ok",
                     *       "encryption": "on"
                     *     }
                     */
                    "application/json": {
                        ok: boolean;
                        /** @enum {string} */
                        store: "ok" | "failing";
                        /** @enum {string} */
                        encryption: "on" | "off";
                    };
                };
            };
        };
    };
    readiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How far the start has come. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "ready": true,
                     *       "sessions": {
                     *         "resumed": 1,
                     *         "total": 1
                     *       },
                     *       "detail": "3 of 3 sessions resumed"
                     *     }
                     */
                    "application/json": {
                        ready: boolean;
                        sessions: {
                            resumed: number;
                            total: number;
                        };
                        /** @example 3 of 3 sessions resumed */
                        detail: string;
                    };
                };
            };
            /** @description How far the start has come. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "ready": true,
                     *       "sessions": {
                     *         "resumed": 1,
                     *         "total": 1
                     *       },
                     *       "detail": "3 of 3 sessions resumed"
                     *     }
                     */
                    "application/json": {
                        ready: boolean;
                        sessions: {
                            resumed: number;
                            total: number;
                        };
                        /** @example 3 of 3 sessions resumed */
                        detail: string;
                    };
                };
            };
        };
    };
    rotateMasterKey: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key with the same request within 72 hours is answered with the first answer; nothing is done twice. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What a rotation of the master key changed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "rewrapped": 1,
                     *       "master_key": "3f9a1c5b7d2e8f60"
                     *     }
                     */
                    "application/json": {
                        /** @description Data keys that another master key had wrapped. */
                        rewrapped: number;
                        /**
                         * @description Fingerprint of the master key that wraps now; it says nothing about the key.
                         * @example 3f9a1c5b7d2e8f60
                         */
                        master_key: string;
                    };
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    uploadMedia: {
        parameters: {
            query?: {
                /** @description Name of a file that is the whole body. */
                file_name?: string;
            };
            header?: {
                /** @description The same key with the same request within 72 hours is answered with the first answer; nothing is done twice. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": {
                    /**
                     * Format: binary
                     * @description The file, under any field name.
                     */
                    file: string;
                };
                "application/octet-stream": {
                    /**
                     * Format: binary
                     * @description The file, under any field name.
                     */
                    file: string;
                };
            };
        };
        responses: {
            /** @description Stored. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "med_01KAJ2Q6V0M5T9GQ3J3W4X5Y6Z",
                     *       "mimetype": "image/jpeg",
                     *       "size": 1,
                     *       "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                     *       "file_name": null,
                     *       "url": "url"
                     *     }
                     */
                    "application/json": {
                        /** @example med_01KAJ2Q6V0M5T9GQ3J3W4X5Y6Z */
                        id: string;
                        /**
                         * @description By the content; what a sender claims counts only where the content shows nothing.
                         * @example image/jpeg
                         */
                        mimetype: string;
                        /** @description Bytes. */
                        size: number;
                        /** @description Of the bytes, hex. */
                        sha256: string;
                        file_name: string | null;
                        /** @description Where it can be fetched, with a key. */
                        url: string;
                    };
                };
            };
            /** @description An error (RFC 9457); `code` is a stable word. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
