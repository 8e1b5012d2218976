#include "voxarena/pickle/pickle.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <unordered_map>

#include "voxarena/core/error.h"
#include "voxarena/pickle/pickle_calls.h"

namespace voxarena::pickle {
namespace {

constexpr std::size_t kMostValues = 2'000'000;
constexpr int kDeepest = 100;
constexpr std::uint8_t kNewestProtocol = 5;
constexpr std::size_t kCopiesAtLeast = 1U << 20, kCopiesPerByte = 4;

// Instructions of Python's pickle machine that need naming in messages.
struct Opcode {
  char code;
  const char* name;
};
constexpr std::array<Opcode, 25> kRefused{{{'P', "PERSID"},
                                           {'i', "INST"},
                                           {'o', "OBJ"},
                                           {'\x81', "NEWOBJ"},
                                           {'\x92', "NEWOBJ_EX"},
                                           {'\x82', "EXT1"},
                                           {'\x83', "EXT2"},
                                           {'\x84', "EXT4"},
                                           {'\x97', "NEXT_BUFFER"},
                                           {'\x98', "READONLY_BUFFER"},
                                           {'I', "INT"},
                                           {'L', "LONG"},
                                           {'F', "FLOAT"},
                                           {'S', "STRING"},
                                           {'T', "BINSTRING"},
                                           {'U', "SHORT_BINSTRING"},
                                           {'V', "UNICODE"},
                                           {'d', "DICT"},
                                           {'l', "LIST"},
                                           {'g', "GET"},
                                           {'p', "PUT"},
                                           {'2', "DUP"},
                                           {'0', "POP"},
                                           {'1', "POP_MARK"},
                                           {'\x8b', "LONG4"}}};

std::size_t bytes_of(const Value& value) {
  if (const auto* text = value.get<std::string>()) return text->size();
  if (const auto* bytes = value.get<Bytes>()) return bytes->data.size();
  if (const auto* array = value.get<Array>()) return array->data.size();
  if (const auto* dict = value.get<Dict>()) return dict->items.size();
  if (const auto* set = value.get<Set>()) return set->items.size();
  const Values* items = items_of(value);
  return items ? items->size() : 0;
}

class Machine {
 public:
  explicit Machine(std::string_view pickle)
      : rest_(pickle), may_copy_(kCopiesAtLeast + kCopiesPerByte * pickle.size()) {}

  Content run() {
    for (;;) {
      const auto opcode = take<char>();
      if (opcode == '.') break;
      execute(opcode);
    }
    out_.root = pop();
    if (!stack_.empty() || !marks_.empty()) throw Refusal{"STOP with values left over"};
    return std::move(out_);
  }

  std::size_t left() const { return rest_.size(); }

 private:
  void execute(char opcode);
  void constant(char opcode);
  void container(char opcode);

  // Input.
  std::string_view take_bytes(std::uint64_t count) {
    if (count > rest_.size()) throw Refusal{"ends in the middle of an instruction"};
    const std::string_view bytes = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return bytes;
  }
  template <class T>
  T take() {
    T value;
    std::memcpy(&value, take_bytes(sizeof(value)).data(), sizeof(value));
    return value;
  }
  template <class Length>
  std::string take_text() {
    return std::string(take_bytes(take<Length>()));
  }
  std::string take_line() {
    const std::size_t end = rest_.find('\n');
    if (end == std::string_view::npos) throw Refusal{"ends in the middle of a name"};
    std::string line(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
    return line;
  }
  std::int64_t take_long() {
    const std::string_view bytes = take_bytes(take<std::uint8_t>());
    if (bytes.size() > sizeof(std::int64_t))
      throw Refusal{fmt::format("an integer of {} bytes", bytes.size())};
    if (bytes.empty()) return 0;
    std::int64_t value = static_cast<signed char>(bytes.back()) < 0 ? -1 : 0;
    std::memcpy(&value, bytes.data(), bytes.size());
    return value;
  }

  // Stack.
  void push(Value value) {
    if (out_.values.size() >= kMostValues)
      throw Refusal{fmt::format("more than {} values", kMostValues)};
    stack_.push_back(&out_.values.emplace_back(std::move(value)));
  }
  Value* top() {
    if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) throw Refusal{"an empty stack"};
    return stack_.back();
  }
  Value* pop() {
    Value* value = top();
    stack_.pop_back();
    return value;
  }
  Values pop_to_mark() {
    if (marks_.empty()) throw Refusal{"no mark on the stack"};
    const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    Values values(begin, stack_.end());
    stack_.erase(begin, stack_.end());
    marks_.pop_back();
    return values;
  }
  void push_tuple(Values items) {
    push({Tuple{items}});
    deepen(*stack_.back(), items);
  }
  void push_tuple(std::size_t count) {
    Values items(count);
    for (std::size_t i = count; i-- > 0;) items[i] = pop();
    push_tuple(std::move(items));
  }

  // Containers.
  static void deepen(Value& container, const Values& items) {
    for (const Value* item : items) container.depth = std::max(container.depth, item->depth + 1);
    if (container.depth > kDeepest)
      throw Refusal{fmt::format("containers nested deeper than {}", kDeepest)};
  }
  template <class Container>
  Container& target() {
    auto* container = std::get_if<Container>(&top()->content);
    if (!container) throw Refusal{fmt::format("something put into {}", kind_of(*top()))};
    return *container;
  }
  template <class Container>
  void append(const Values& items) {
    Values& list = target<Container>().items;
    deepen(*top(), items);
    list.insert(list.end(), items.begin(), items.end());
  }
  void set_items(const Values& items) {
    if (items.size() % 2 != 0) throw Refusal{"a key without a value"};
    Dict& dict = target<Dict>();
    deepen(*top(), items);
    for (std::size_t i = 0; i < items.size(); i += 2)
      dict.items.emplace_back(items[i], items[i + 1]);
  }

  // Memo.
  void put(std::uint32_t key) { memo_[key] = top(); }
  void get(std::uint32_t key) {
    const auto found = memo_.find(key);
    if (found == memo_.end()) throw Refusal{fmt::format("memo entry {} was never set", key)};
    stack_.push_back(found->second);
  }

  // Classes and functions.
  void push_symbol(const std::string& module, const std::string& name) {
    std::string full = module + "." + name;
    if (!is_allowed(full)) throw Refusal{fmt::format("asks for {}", full.substr(0, 200))};
    push({Symbol{std::move(full)}});
  }
  void push_stack_symbol() {
    const Value *name = pop(), *module = pop();
    if (!name->get<std::string>() || !module->get<std::string>())
      throw Refusal{"a name that is no text"};
    push_symbol(*module->get<std::string>(), *name->get<std::string>());
  }
  void reduce() {
    const Value *arguments = pop(), *function = pop();
    if (!function->get<Symbol>()) throw Refusal{fmt::format("{} is called", kind_of(*function))};
    if (!arguments->get<Tuple>()) throw Refusal{"arguments that are no tuple"};
    push(call(function->get<Symbol>()->name, arguments->get<Tuple>()->items));
    count_copy(*stack_.back());
    deepen(*stack_.back(), {arguments});
  }
  void build() {
    const Value* state = pop();
    Value& object = *top();
    set_state(object, *state);
    if (object.get<Array>()) count_copy(object);
  }
  // A short pickle could have one long text copied again and again.
  void count_copy(const Value& made) {
    const std::size_t bytes = bytes_of(made);
    if (bytes > may_copy_) throw Refusal{"copies far more than it holds"};
    may_copy_ -= bytes;
  }

  std::string_view rest_;
  std::size_t may_copy_;  // bytes
  std::vector<Value*> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint32_t, Value*> memo_;
  Content out_;
};

void Machine::constant(char opcode) {
  switch (opcode) {
    case 'N': return push({});                                     // NONE
    case '\x88': return push({true});                              // NEWTRUE
    case '\x89': return push({false});                             // NEWFALSE
    case 'J': return push({std::int64_t{take<std::int32_t>()}});   // BININT
    case 'K': return push({std::int64_t{take<std::uint8_t>()}});   // BININT1
    case 'M': return push({std::int64_t{take<std::uint16_t>()}});  // BININT2
    case '\x8a': return push({take_long()});                       // LONG1
    case 'G':                                                      // BINFLOAT, big-endian
      return push({std::bit_cast<double>(__builtin_bswap64(take<std::uint64_t>()))});
    case '\x8c': return push({take_text<std::uint8_t>()});          // SHORT_BINUNICODE
    case 'X': return push({take_text<std::uint32_t>()});            // BINUNICODE
    case '\x8d': return push({take_text<std::uint64_t>()});         // BINUNICODE8
    case 'C': return push({Bytes{take_text<std::uint8_t>()}});      // SHORT_BINBYTES
    case 'B': return push({Bytes{take_text<std::uint32_t>()}});     // BINBYTES
    case '\x8e':                                                    // BINBYTES8
    case '\x96': return push({Bytes{take_text<std::uint64_t>()}});  // BYTEARRAY8
    default: break;
  }
  for (const Opcode& refused : kRefused) {
    if (refused.code == opcode) throw Refusal{fmt::format("instruction {}", refused.name)};
  }
  throw Refusal{fmt::format("unknown instruction 0x{:02x}", static_cast<unsigned char>(opcode))};
}

void Machine::container(char opcode) {
  switch (opcode) {
    case '(':  // MARK
      if (marks_.size() >= kDeepest)
        throw Refusal{fmt::format("containers nested deeper than {}", kDeepest)};
      return marks_.push_back(stack_.size());
    case ')': return push({Tuple{}});              // EMPTY_TUPLE
    case '\x85': return push_tuple(1);             // TUPLE1
    case '\x86': return push_tuple(2);             // TUPLE2
    case '\x87': return push_tuple(3);             // TUPLE3
    case 't': return push_tuple(pop_to_mark());    // TUPLE
    case ']': return push({List{}});               // EMPTY_LIST
    case 'a': return append<List>({pop()});        // APPEND
    case 'e': return append<List>(pop_to_mark());  // APPENDS
    case '}': return push({Dict{}});               // EMPTY_DICT
    case 's': {                                    // SETITEM
      const Value *value = pop(), *key = pop();
      return set_items({key, value});
    }
    case 'u': return set_items(pop_to_mark());       // SETITEMS
    case '\x8f': return push({Set{}});               // EMPTY_SET
    case '\x90': return append<Set>(pop_to_mark());  // ADDITEMS
    case '\x91': {                                   // FROZENSET
      const Values items = pop_to_mark();
      push({Set{items}});
      return deepen(*stack_.back(), items);
    }
    default: return constant(opcode);
  }
}

void Machine::execute(char opcode) {
  switch (opcode) {
    case '\x80':  // PROTO
      if (take<std::uint8_t>() > kNewestProtocol) throw Refusal{"a protocol newer than 5"};
      return;
    case '\x95': take<std::uint64_t>(); return;                         // FRAME
    case 'q': return put(take<std::uint8_t>());                         // BINPUT
    case 'r': return put(take<std::uint32_t>());                        // LONG_BINPUT
    case '\x94': return put(static_cast<std::uint32_t>(memo_.size()));  // MEMOIZE
    case 'h': return get(take<std::uint8_t>());                         // BINGET
    case 'j': return get(take<std::uint32_t>());                        // LONG_BINGET
    case 'c': {                                                         // GLOBAL
      const std::string module = take_line(), name = take_line();
      return push_symbol(module, name);
    }
    case '\x93': return push_stack_symbol();  // STACK_GLOBAL
    case 'R': return reduce();                // REDUCE
    case 'Q': {                               // BINPERSID
      const Value* id = pop();
      return push(load_persistent(*id));
    }
    case 'b': return build();  // BUILD
    default: return container(opcode);
  }
}

}  // namespace

const char* kind_of(const Value& value) {
  // In the order of the variant.
  constexpr std::array<const char*, 15> kNames{
      "None",    "a truth value", "an integer", "a number",  "a text",
      "bytes",   "a tuple",       "a list",     "a set",     "a dict",
      "a class", "a NumPy type",  "an array",   "a storage", "a tensor"};
  static_assert(kNames.size() == std::variant_size_v<decltype(Value::content)>);
  return kNames[value.content.index()];
}

const Value* find(const Value& value, std::string_view key) {
  const auto* dict = value.get<Dict>();
  if (!dict) return nullptr;
  for (auto item = dict->items.rbegin(); item != dict->items.rend(); ++item) {
    const auto* name = item->first->get<std::string>();
    if (name && *name == key) return item->second;
  }
  return nullptr;
}

const Values* items_of(const Value& value) {
  if (const auto* list = value.get<List>()) return &list->items;
  if (const auto* tuple = value.get<Tuple>()) return &tuple->items;
  return nullptr;
}

Content read(std::string_view pickle, const std::string& source) {
  Machine machine(pickle);
  try {
    return machine.run();
  } catch (const Refusal& refusal) {
    throw Error::input(
        fmt::format("{}: pickle, before byte {}: {}", source, pickle.size() - machine.left(),
                    refusal.what),
        "only files that hold nothing but tensors, arrays, containers, texts and numbers are "
        "read; save a state dict with torch.save, or convert it to safetensors");
  }
}

}  // namespace voxarena::pickle
