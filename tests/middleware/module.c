/* A PKCS#11 module without a mind of its own: what it is asked, it asks the other end of a socket (server.py).
 *
 * The socket's path is in the environment variable SCRIPTED_PKCS11. A question is a name and arguments, an answer is a
 * return value and results; the other end may also have this process crash, hang or open a PIN window.
 * Numbers are native CK_ULONGs. Source: PKCS#11 v2.40 (order of CK_FUNCTION_LIST, structures, how lengths are asked).
 */
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

typedef unsigned long CK_ULONG;
typedef CK_ULONG CK_RV;
typedef unsigned char CK_BYTE;
typedef struct { CK_ULONG type; void *value; CK_ULONG length; } CK_ATTRIBUTE;
typedef struct { CK_ULONG mechanism; void *parameter; CK_ULONG length; } CK_MECHANISM;

#define CKR_OK 0x00
#define CKR_GENERAL_ERROR 0x05
#define CKR_ARGUMENTS_BAD 0x07
#define CKR_ATTRIBUTE_TYPE_INVALID 0x12
#define CKR_FUNCTION_NOT_SUPPORTED 0x54
#define CKR_BUFFER_TOO_SMALL 0x150
#define UNAVAILABLE ((CK_ULONG)-1)

/* Return values that are orders: values.py, Do. */
#define DO_SEGFAULT 0xFFFF0001UL
#define DO_ABORT 0xFFFF0002UL
#define DO_HANG 0xFFFF0003UL
#define DO_ASK 0xFFFF0004UL

/* ── The line to the other end ───────────────────────────────────────────────────────────────────────────────────── */

static int line = -1;

static CK_BYTE question[1 << 20];
static size_t question_length;
static CK_ULONG question_count;

typedef struct { CK_ULONG length; CK_BYTE *bytes; } Part;
static CK_BYTE answer[1 << 20];
static Part part[64];
static CK_ULONG part_count;

static void put(const void *bytes, CK_ULONG length) {
    if (question_length + sizeof length + length > sizeof question) abort();
    memcpy(question + question_length, &length, sizeof length);
    if (length) memcpy(question + question_length + sizeof length, bytes, length);
    question_length += sizeof length + length;
    question_count++;
}

static void put_number(CK_ULONG number) { put(&number, sizeof number); }

static void begin(const char *name) {
    question_length = question_count = 0;
    put(name, strlen(name));
}

static int whole(ssize_t (*move)(int, void *, size_t), void *bytes, size_t length) {
    while (length) {
        ssize_t moved = move(line, bytes, length);
        if (moved <= 0) return 0;
        bytes = (CK_BYTE *)bytes + moved;
        length -= moved;
    }
    return 1;
}

static ssize_t send_some(int to, void *bytes, size_t length) { return send(to, bytes, length, MSG_NOSIGNAL); }

static CK_RV receive(void) {
    CK_ULONG head[2]; /* return value, number of parts */
    size_t used = 0;
    if (!whole(read, head, sizeof head)) return CKR_GENERAL_ERROR;
    part_count = head[1];
    for (CK_ULONG i = 0; i < part_count; i++) {
        if (!whole(read, &part[i].length, sizeof part[i].length)) return CKR_GENERAL_ERROR;
        part[i].bytes = answer + used;
        used += part[i].length;
        if (used > sizeof answer || !whole(read, part[i].bytes, part[i].length)) return CKR_GENERAL_ERROR;
    }
    return head[0];
}

static CK_RV say(void) {
    if (line < 0 || !whole(send_some, &question_count, sizeof question_count)) return CKR_GENERAL_ERROR;
    return whole(send_some, question, question_length) ? receive() : CKR_GENERAL_ERROR;
}

/* The PIN window is a program, as on Linux: its first line is what was typed, a failure is the Cancel button. */
static CK_RV ask(void) {
    char command[4096] = "", typed[64] = "";
    memcpy(command, part[0].bytes, part[0].length < sizeof command ? part[0].length : sizeof command - 1);
    FILE *window = popen(command, "r");
    if (window && !fgets(typed, sizeof typed, window)) typed[0] = 0;
    int ended_well = window && pclose(window) == 0;
    begin("typed");
    put_number(ended_well);
    put(typed, strcspn(typed, "\n"));
    return say();
}

static CK_RV finish(void) {
    CK_RV value = say();
    while (value == DO_ASK) value = ask();
    if (value == DO_SEGFAULT) raise(SIGSEGV);
    if (value == DO_ABORT) abort();
    if (value == DO_HANG) for (;;) sleep(3600);
    return value;
}

/* ── What several functions do with an answer ────────────────────────────────────────────────────────────────────── */

static CK_RV structure(void *into) {
    CK_RV value = finish();
    if (value == CKR_OK) memcpy(into, part[0].bytes, part[0].length);
    return value;
}

static CK_RV list(void *into, CK_ULONG *count, size_t size) {
    CK_RV value = finish();
    if (value != CKR_OK) return value;
    CK_ULONG room = *count;
    *count = part[0].length / size;
    if (!into) return CKR_OK;
    if (room < *count) return CKR_BUFFER_TOO_SMALL;
    memcpy(into, part[0].bytes, part[0].length);
    return CKR_OK;
}

static CK_RV about(const char *name, CK_ULONG number) {
    begin(name);
    put_number(number);
    return finish();
}

/* ── PKCS#11 ─────────────────────────────────────────────────────────────────────────────────────────────────────── */

static CK_RV unsupported(void) { return CKR_FUNCTION_NOT_SUPPORTED; }

static CK_RV initialize(void *arguments) {
    (void)arguments;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *path = getenv("SCRIPTED_PKCS11");
    if (!path || strlen(path) >= sizeof address.sun_path) return CKR_ARGUMENTS_BAD;
    strcpy(address.sun_path, path);
    line = socket(AF_UNIX, SOCK_STREAM, 0);
    fcntl(line, F_SETFD, FD_CLOEXEC);
    if (connect(line, (struct sockaddr *)&address, sizeof address)) return CKR_GENERAL_ERROR;
    begin("C_Initialize");
    return finish();
}

static CK_RV finalize(void *reserved) {
    (void)reserved;
    begin("C_Finalize");
    CK_RV value = finish();
    close(line);
    line = -1;
    return value;
}

static CK_RV get_info(void *info) { begin("C_GetInfo"); return structure(info); }

static CK_RV get_slot_list(CK_BYTE present, CK_ULONG *slots, CK_ULONG *count) {
    begin("C_GetSlotList");
    put_number(present);
    put_number(slots != NULL);
    return list(slots, count, sizeof *slots);
}

static CK_RV get_slot_info(CK_ULONG slot, void *info) {
    begin("C_GetSlotInfo");
    put_number(slot);
    return structure(info);
}

static CK_RV get_token_info(CK_ULONG slot, void *info) {
    begin("C_GetTokenInfo");
    put_number(slot);
    return structure(info);
}

static CK_RV get_mechanism_list(CK_ULONG slot, CK_ULONG *mechanisms, CK_ULONG *count) {
    begin("C_GetMechanismList");
    put_number(slot);
    return list(mechanisms, count, sizeof *mechanisms);
}

static CK_RV open_session(CK_ULONG slot, CK_ULONG flags, void *own, void *notify, CK_ULONG *session) {
    (void)flags, (void)own, (void)notify;
    begin("C_OpenSession");
    put_number(slot);
    return structure(session);
}

static CK_RV close_session(CK_ULONG session) { return about("C_CloseSession", session); }

static CK_RV get_session_info(CK_ULONG session, void *info) {
    begin("C_GetSessionInfo");
    put_number(session);
    return structure(info);
}

static CK_RV login(CK_ULONG session, CK_ULONG user, CK_BYTE *pin, CK_ULONG length) {
    printf("C_Login %.*s\n", pin ? (int)length : 0, pin ? (char *)pin : ""); /* as the official one's log does */
    fflush(stdout);
    fprintf(stderr, "C_Login %.*s\n", pin ? (int)length : 0, pin ? (char *)pin : "");
    begin("C_Login");
    put_number(session);
    put_number(user);
    put_number(pin != NULL);
    put(pin, pin ? length : 0);
    return finish();
}

static CK_RV logout(CK_ULONG session) { return about("C_Logout", session); }

static CK_RV get_attribute_value(CK_ULONG session, CK_ULONG object, CK_ATTRIBUTE *wanted, CK_ULONG count) {
    begin("C_GetAttributeValue");
    put_number(session);
    put_number(object);
    for (CK_ULONG i = 0; i < count; i++) put_number(wanted[i].type);
    CK_RV value = finish();
    for (CK_ULONG i = 0; value == CKR_OK && i < count; i++) { /* an empty part is no such attribute */
        CK_ULONG length = part[i].length ? part[i].length - 1 : UNAVAILABLE, room = wanted[i].length;
        wanted[i].length = length;
        if (length == UNAVAILABLE) return CKR_ATTRIBUTE_TYPE_INVALID;
        if (!wanted[i].value) continue;
        if (room < length) return CKR_BUFFER_TOO_SMALL;
        memcpy(wanted[i].value, part[i].bytes + 1, length);
    }
    return value;
}

static CK_RV find_objects_init(CK_ULONG session, CK_ATTRIBUTE *template, CK_ULONG count) {
    begin("C_FindObjectsInit");
    put_number(session);
    for (CK_ULONG i = 0; i < count; i++) {
        put_number(template[i].type);
        put(template[i].value, template[i].length);
    }
    return finish();
}

static CK_RV find_objects(CK_ULONG session, CK_ULONG *objects, CK_ULONG most, CK_ULONG *count) {
    begin("C_FindObjects");
    put_number(session);
    put_number(most);
    *count = most;
    return list(objects, count, sizeof *objects);
}

static CK_RV find_objects_final(CK_ULONG session) { return about("C_FindObjectsFinal", session); }

static CK_RV sign_init(CK_ULONG session, CK_MECHANISM *mechanism, CK_ULONG key) {
    begin("C_SignInit");
    put_number(session);
    put_number(mechanism->mechanism);
    put_number(key);
    return finish();
}

static CK_RV sign(CK_ULONG session, CK_BYTE *data, CK_ULONG length, CK_BYTE *signature, CK_ULONG *signature_length) {
    begin(signature ? "C_Sign" : "C_Sign length");
    put_number(session);
    put(data, length);
    return list(signature, signature_length, 1);
}

/* ── The list of functions ───────────────────────────────────────────────────────────────────────────────────────── */

typedef void (*Function)(void);
#define FUNCTIONS 68

static struct {
    CK_BYTE major, minor;
    Function function[FUNCTIONS];
} functions = {2, 40, {0}};

CK_RV C_GetFunctionList(void **given) {
    for (int i = 0; i < FUNCTIONS; i++) functions.function[i] = (Function)unsupported; /* C_WaitForSlotEvent too: the last */
    const struct { int place; Function function; } own[] = {
        {0, (Function)initialize}, {1, (Function)finalize}, {2, (Function)get_info}, {3, (Function)C_GetFunctionList},
        {4, (Function)get_slot_list}, {5, (Function)get_slot_info}, {6, (Function)get_token_info},
        {7, (Function)get_mechanism_list}, {12, (Function)open_session}, {13, (Function)close_session},
        {15, (Function)get_session_info}, {18, (Function)login}, {19, (Function)logout},
        {24, (Function)get_attribute_value}, {26, (Function)find_objects_init}, {27, (Function)find_objects},
        {28, (Function)find_objects_final}, {42, (Function)sign_init}, {43, (Function)sign},
    };
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) functions.function[own[i].place] = own[i].function;
    *given = &functions;
    return CKR_OK;
}
